import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { buildProgram } from '../program.js';
import { bashCompletion } from '../shell/bash.js';
import { fishCompletion } from '../shell/fish.js';
import { offersOf } from '../shell/offers.js';
import { zshCompletion } from '../shell/zsh.js';
import type { Shell } from '../shells.js';

const COMPLETIONS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Prints what a shell is to read at its start. */
export function shell(name: Shell): void {
  const widget = readFileSync(path.join(packageRoot(), 'client', 'shell', `widget.${name}`), 'utf8');
  process.stdout.write(widget + COMPLETIONS[name](offersOf(buildProgram())));
}
