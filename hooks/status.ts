/** What stands in the hooks folder, read only. */
import { lstatSync, readFileSync, type Stats } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../daemon/ipc/packageRoot.js';
import { blockText, findBlock, HOOK_NAMES, removeBlock, type HookName } from './block.js';
import { findHooksFolder, type HooksFolder } from './folder.js';
import { whyNotShell } from './script.js';

/**
 * installed: the block is there and current · outdated: there, of another version · absent: can be installed ·
 * unsupported: this hook cannot carry the block, `why` and `fix` say more.
 */
export type HookState = 'installed' | 'outdated' | 'absent' | 'unsupported';

export interface HookReport {
  hook: HookName;
  path: string;
  state: HookState;
  why?: string;
  fix?: string;
}

export interface HooksStatus extends HooksFolder {
  hooks: HookReport[];
}

/** Status of the repository that holds the folder `place`. */
export function hooksStatus(place: string): HooksStatus {
  const where = findHooksFolder(place);
  const shim = readShim();
  return { ...where, hooks: HOOK_NAMES.map((hook) => inspect(where.folder, hook, shim)) };
}

export function shimPath(): string {
  return path.join(packageRoot(), 'hooks', 'shim.sh');
}

export function readShim(): string {
  return readFileSync(shimPath(), 'latin1');
}

/** A file's bytes as one character each; undefined when it is not there. */
export function readHook(file: string): string | undefined {
  return statHook(file) === undefined ? undefined : readFileSync(file, 'latin1');
}

export function statHook(file: string): Stats | undefined {
  try {
    return lstatSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function inspect(folder: string, hook: HookName, shim: string): HookReport {
  const file = path.join(folder, hook);
  const report = { hook, path: file };
  const unsupported = (why: string): HookReport => ({ ...report, state: 'unsupported', why: `${hook} ${why}`, fix: fixFor(hook) });
  const stat = statHook(file);
  if (stat === undefined) return { ...report, state: 'absent' };
  if (stat.isSymbolicLink()) return unsupported('is a symbolic link, and the file behind it may be shared');
  if (!stat.isFile()) return unsupported('is not a file');
  const text = readFileSync(file, 'latin1');
  const found = findBlock(text);
  const why = whyNotShell(found === undefined ? text : removeBlock(text, found));
  if (why !== undefined) return unsupported(why);
  // Git skips a hook without the executable bit; setting the bit would switch on what its owner switched off.
  if (process.platform !== 'win32' && (stat.mode & 0o111) === 0) return unsupported('is not executable, so Git skips it');
  if (found === undefined) return { ...report, state: 'absent' };
  return { ...report, state: found.text === blockText(shim, hook, found.made) ? 'installed' : 'outdated' };
}

function fixFor(hook: HookName): string {
  return `have it run: sh '${shimPath()}' ${hook}`;
}
