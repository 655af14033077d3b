/** The folder inside the Git directory whose presence makes hefc act on a repository. */
import { lstatSync, mkdirSync, rmSync, statSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { hefcFolder } from '../daemon/ipc/paths.js';
import { EXIT, Failure, fileFailure } from './failure.js';

export function isSetUp(commonDir: string): boolean {
  return lstatSync(hefcFolder(commonDir), { throwIfNoEntry: false }) !== undefined;
}

/** Makes the folder, 0700. Throws Failure when the Git directory cannot be written or the folder is not ours. */
export function makeFolder(commonDir: string): void {
  const folder = hefcFolder(commonDir);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileFailure(`write to ${commonDir}`, error);
  }
  const stat = lstatSync(folder);
  if (stat.isSymbolicLink()) throw new Failure(EXIT.failed, `${folder} is a symbolic link; remove it and run the command again`);
  if (process.getuid !== undefined && stat.uid !== process.getuid()) throw new Failure(EXIT.failed, `${folder} belongs to another user; remove it and run the command again`);
}

/** Deletes the folder without a daemon's help; returns the bytes freed. */
export function removeFolder(commonDir: string): number {
  const folder = hefcFolder(commonDir);
  const freed = folderBytes(folder);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    throw fileFailure(`delete ${folder}`, error);
  }
  return freed;
}

function folderBytes(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}
