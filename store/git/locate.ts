import { readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors.js';
import type { RepositoryPlace } from '../types.js';
import { isTrue, readRepositoryConfig } from './config.js';

/**
 * Finds the repository that holds a path (a file, a folder, or one not made yet), as git does but without its
 * environment: linked worktrees, submodules, bare repositories, a path inside `.git`.
 * Paths come back absolute, links resolved. Errors: not-a-repository, unsupported-repository.
 *
 * Files are looked at synchronously: every completion begins with this, and a dozen turns through the thread pool would
 * take it a millisecond.
 */
export async function locateRepository(path: string): Promise<RepositoryPlace> {
  const start = nearestFolder(resolve(path));
  for (let folder = start; ; folder = dirname(folder)) {
    const gitDir = gitDirOf(folder);
    if (gitDir !== undefined) return place(folder, gitDir);
    if (isGitDir(folder)) return insideGitDir(folder);
    if (dirname(folder) === folder) break;
  }
  throw new StoreError('not-a-repository', `${path} is not in a Git repository: run git init, or name a path inside one`);
}

function nearestFolder(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    if (look(at)?.isDirectory()) return realpathSync(at);
    if (dirname(at) === at) return at;
  }
}

/** The git directory a work tree's `.git` (a folder, or a file naming one) stands for. */
function gitDirOf(worktree: string): string | undefined {
  const dotGit = join(worktree, '.git');
  const found = look(dotGit);
  if (found?.isDirectory()) return isGitDir(dotGit) ? realpathSync(dotGit) : undefined;
  if (!found?.isFile()) return undefined;
  const named = /^gitdir: (.+?)\r?\n*$/.exec(readFileSync(dotGit, 'utf8'))?.[1];
  const gitDir = named === undefined ? undefined : resolve(worktree, named);
  if (gitDir === undefined || !isGitDir(gitDir)) {
    throw new StoreError('not-a-repository', `${dotGit} names no Git directory: run git worktree repair, or clone again`);
  }
  return realpathSync(gitDir);
}

function isGitDir(folder: string): boolean {
  if (look(join(folder, 'HEAD')) === undefined) return false;
  const common = commonDirOf(folder);
  return look(join(common, 'objects')) !== undefined && look(join(common, 'refs')) !== undefined;
}

function commonDirOf(gitDir: string): string {
  const named = textOf(join(gitDir, 'commondir'));
  return named === undefined ? gitDir : resolve(gitDir, named.trim());
}

/** A path inside a git directory: its work tree, if it has one, stands beside it or is named by it. */
function insideGitDir(gitDir: string): RepositoryPlace {
  const config = readRepositoryConfig(commonDirOf(gitDir));
  const backlink = textOf(join(gitDir, 'gitdir'));
  if (backlink !== undefined) return place(dirname(resolve(gitDir, backlink.trim())), gitDir);
  const named = config.get('core.worktree');
  if (named !== undefined) return place(resolve(gitDir, named), gitDir);
  const bare = config.has('core.bare') ? isTrue(config.get('core.bare')) : basename(gitDir) !== '.git';
  return place(bare ? null : dirname(gitDir), gitDir);
}

function place(worktree: string | null, gitDir: string): RepositoryPlace {
  const commonDir = realpathSync(commonDirOf(gitDir));
  const format = readRepositoryConfig(commonDir).get('extensions.objectformat') ?? 'sha1';
  if (format !== 'sha1' && format !== 'sha256') {
    throw new StoreError('unsupported-repository', `${commonDir} uses object format ${format}: hefc reads sha1 and sha256`);
  }
  return { worktree, gitDir, commonDir, objectFormat: format };
}

/** What stands there; undefined when nothing can be seen there. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  // Mostly there is none: an exception would take longer than all else here.
  if (look(path) === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
