/** Which file of which repository a path names. */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { RepositoryPlace } from '../../store/types.js';
import { refusePath } from '../chunker/refuse.js';
import { locate } from './context.js';

export interface FilePlace {
  place: RepositoryPlace;
  /** Path in the tree, '/'-separated. A link inside the tree stands for the file it leads to, whose own chunks are not to come back. */
  path: string;
  /** By its own name or by that of the file it leads to. */
  isSecret: boolean;
}

/** @param file absolute; need not exist. Rejects when it is in no repository. */
export async function filePlace(file: string): Promise<FilePlace> {
  const named = placed(file);
  const place = await locate(dirname(named));
  const pathOf = (name: string): string => relative(place.worktree ?? place.gitDir, name).split(sep).join('/');
  const target = linkTarget(named);
  return {
    place,
    path: target === undefined || pathOf(target).startsWith('../') ? pathOf(named) : pathOf(target),
    isSecret: [named, ...(target === undefined ? [] : [target])].some((name) => refusePath(pathOf(name)) === 'secret-like'),
  };
}

/** The file under its own name, its folder with links resolved, so that it compares with the worktree's root. */
function placed(file: string): string {
  let folder = dirname(file);
  let rest = basename(file);
  for (;;) {
    try {
      return join(realpathSync(folder), rest);
    } catch {
      if (dirname(folder) === folder) return file;
      rest = join(basename(folder), rest);
      folder = dirname(folder);
    }
  }
}

/** What a file that is a link leads to, there or not; undefined when it is none. */
function linkTarget(file: string): string | undefined {
  try {
    // Asked first, for an exception takes longer.
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return undefined;
    return realpathSync(resolve(dirname(file), readlinkSync(file)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
  }
  try {
    return placed(resolve(dirname(file), readlinkSync(file)));
  } catch {
    return undefined;
  }
}
