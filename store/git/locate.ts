import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors.js';
import type { RepositoryPlace } from '../types.js';
import { isTrue, readRepositoryConfig } from './config.js';

/**
 * Finds the repository that holds a path (a file, a folder, or one not made yet), as git does but without its
 * environment: linked worktrees, submodules, bare repositories, a path inside `.git`.
 * Paths come back absolute, links resolved. Errors: not-a-repository, unsupported-repository.
 */
export async function locateRepository(path: string): Promise<RepositoryPlace> {
  const start = await nearestFolder(resolve(path));
  for (let folder = start; ; folder = dirname(folder)) {
    const gitDir = await gitDirOf(folder);
    if (gitDir !== undefined) return place(folder, gitDir);
    if (await isGitDir(folder)) return insideGitDir(folder);
    if (dirname(folder) === folder) break;
  }
  throw new StoreError('not-a-repository', `${path} is not in a Git repository: run git init, or name a path inside one`);
}

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found?.isDirectory()) return realpath(at);
    if (dirname(at) === at) return at;
  }
}

/** The git directory a work tree's `.git` (a folder, or a file naming one) stands for. */
async function gitDirOf(worktree: string): Promise<string | undefined> {
  const dotGit = join(worktree, '.git');
  const found = await stat(dotGit).catch(() => undefined);
  if (found?.isDirectory()) return (await isGitDir(dotGit)) ? realpath(dotGit) : undefined;
  if (!found?.isFile()) return undefined;
  const named = /^gitdir: (.+?)\r?\n*$/.exec(await readFile(dotGit, 'utf8'))?.[1];
  const gitDir = named === undefined ? undefined : resolve(worktree, named);
  if (gitDir === undefined || !(await isGitDir(gitDir))) {
    throw new StoreError('not-a-repository', `${dotGit} names no Git directory: run git worktree repair, or clone again`);
  }
  return realpath(gitDir);
}

async function isGitDir(folder: string): Promise<boolean> {
  if (!(await exists(join(folder, 'HEAD')))) return false;
  const common = await commonDirOf(folder);
  return (await exists(join(common, 'objects'))) && (await exists(join(common, 'refs')));
}

async function commonDirOf(gitDir: string): Promise<string> {
  const named = await readFile(join(gitDir, 'commondir'), 'utf8').catch(() => undefined);
  return named === undefined ? gitDir : resolve(gitDir, named.trim());
}

/** A path inside a git directory: its work tree, if it has one, stands beside it or is named by it. */
async function insideGitDir(gitDir: string): Promise<RepositoryPlace> {
  const config = await readRepositoryConfig(await commonDirOf(gitDir));
  const backlink = await readFile(join(gitDir, 'gitdir'), 'utf8').catch(() => undefined);
  if (backlink !== undefined) return place(dirname(resolve(gitDir, backlink.trim())), gitDir);
  const named = config.get('core.worktree');
  if (named !== undefined) return place(resolve(gitDir, named), gitDir);
  const bare = config.has('core.bare') ? isTrue(config.get('core.bare')) : basename(gitDir) !== '.git';
  return place(bare ? null : dirname(gitDir), gitDir);
}

async function place(worktree: string | null, gitDir: string): Promise<RepositoryPlace> {
  const commonDir = await realpath(await commonDirOf(gitDir));
  const format = (await readRepositoryConfig(commonDir)).get('extensions.objectformat') ?? 'sha1';
  if (format !== 'sha1' && format !== 'sha256') {
    throw new StoreError('unsupported-repository', `${commonDir} uses object format ${format}: hefc reads sha1 and sha256`);
  }
  return { worktree, gitDir, commonDir, objectFormat: format };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
