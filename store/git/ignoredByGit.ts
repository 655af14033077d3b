import { execFile } from 'node:child_process';
import fs from 'node:fs';
import git from 'isomorphic-git';
import type { ObjectReader, RepositoryPlace } from '../types.js';
import { gitEnvironment } from './environment.js';

/** git's own answer that a path is not ignored. */
const NOT_IGNORED = 1;

/** Whether Git would leave a path of the work tree out of `git add`. False in a bare repository. Rejects when git fails. */
export function ignoredByGit({ worktree, gitDir }: RepositoryPlace, kind: ObjectReader['kind'], path: string): Promise<boolean> {
  if (worktree === null) return Promise.resolve(false);
  if (kind !== 'git') return git.isIgnored({ fs, dir: worktree, gitdir: gitDir, filepath: path });
  // Without the index, which would be refreshed by a program that the repository's own settings may name.
  const words = ['-c', 'core.fsmonitor=false', 'check-ignore', '--quiet', '--no-index', '--', path];
  return new Promise((resolve, reject) => {
    execFile('git', words, { cwd: worktree, env: gitEnvironment(), windowsHide: true }, (error) => {
      if (error === null) resolve(true);
      else if (error.code === NOT_IGNORED) resolve(false);
      else reject(error);
    });
  });
}
