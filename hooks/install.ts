/** Puts the block into the four hooks. Safe to run again; a hook that cannot take it is reported and left alone. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { blockText, findBlock, insertBlock, newHook, removeBlock, type Made } from './block.js';
import { isFolder } from './folder.js';
import { hooksStatus, readHook, readShim, statHook, type HooksStatus } from './status.js';

export interface InstallOutcome extends HooksStatus {
  /** Names of the hooks this call wrote. */
  written: string[];
}

/**
 * Installs into the repository that holds the folder `place`. A folder shared beyond this clone is left alone
 * (`refused` says why) unless `shared` is set.
 */
export function installHooks(place: string, options: { shared?: boolean } = {}): InstallOutcome {
  const before = hooksStatus(place);
  if (before.refused !== undefined && (options.shared !== true || (statHook(before.folder) && !isFolder(before.folder)))) {
    return { ...before, written: [] };
  }
  const newFolder = !isFolder(before.folder);
  if (newFolder) mkdirSync(before.folder, { recursive: true });
  const shim = readShim();
  const written: string[] = [];
  for (const { hook, path: file, state } of before.hooks) {
    if (state === 'installed' || state === 'unsupported') continue;
    const text = readHook(file);
    if (text === undefined) {
      writeHook(file, newHook(blockText(shim, hook, newFolder ? 'folder' : 'file')), 0o755);
    } else {
      const found = findBlock(text);
      const made: Made = found?.made ?? 'nothing';
      const bare = found === undefined ? text : removeBlock(text, found);
      writeHook(file, insertBlock(bare, blockText(shim, hook, made)), (statHook(file)?.mode ?? 0o755) & 0o7777);
    }
    written.push(hook);
  }
  return { ...hooksStatus(place), written };
}

/** Replaces a hook in one step, so that a commit made meanwhile runs the old or the new one, never half of it. */
export function writeHook(file: string, text: string, mode: number): void {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.hefc-${process.pid}`);
  try {
    writeFileSync(draft, text, { encoding: 'latin1', flag: 'wx' });
    chmodSync(draft, mode);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
