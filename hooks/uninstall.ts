/** Takes the block out of every file of the hooks folder and leaves what was there before, byte for byte. */
import { readdirSync, rmSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { findBlock, isBare, removeBlock, type Made } from './block.js';
import { findHooksFolder, isFolder, type HooksFolder } from './folder.js';
import { writeHook } from './install.js';
import { readHook, statHook } from './status.js';

export interface UninstallOutcome extends HooksFolder {
  /** File names the block was taken out of. */
  restored: string[];
}

/**
 * Uninstalls from the repository that holds the folder `place`. All files are looked at, not only the four hooks:
 * other tools rename the hooks they find (pre-commit to `.legacy`, lefthook to `.old`), or move Git to a folder of
 * their own (core.hooksPath) and leave ours behind in the usual one.
 */
export function uninstallHooks(place: string): UninstallOutcome {
  const where = findHooksFolder(place);
  const folders = new Set([where.folder, path.join(where.commonDir, 'hooks')]);
  return { ...where, restored: [...folders].filter(isFolder).flatMap(restoreFolder) };
}

function restoreFolder(folder: string): string[] {
  const restored: string[] = [];
  let folderMade = false;
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (statHook(file)?.isFile() !== true) continue;
    const made = restore(file);
    if (made === undefined) continue;
    restored.push(name);
    if (made === 'folder') folderMade = true;
  }
  if (folderMade && readdirSync(folder).length === 0) rmdirSync(folder);
  return restored;
}

/** What the installer had made of this file; undefined when it holds no block. */
function restore(file: string): Made | undefined {
  const text = readHook(file) ?? '';
  const found = findBlock(text);
  if (found === undefined) return undefined;
  const rest = removeBlock(text, found);
  if (found.made !== 'nothing' && isBare(rest)) rmSync(file);
  else writeHook(file, rest, (statHook(file)?.mode ?? 0o755) & 0o7777);
  return found.made;
}
