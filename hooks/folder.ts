/** Finds the folder Git runs hooks from, and whether it belongs to this repository alone. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { NotARepository } from './notARepository.js';

export interface HooksFolder {
  /** Absolute path; may not exist yet. */
  folder: string;
  commonDir: string;
  /** Work tree, or the git directory of a bare repository. */
  top: string;
  /** Set when hooks written here would reach beyond this clone, or cannot be written: why, in words. */
  refused?: string;
}

/** Git variables that name one repository; a caller inside a hook carries them, and they would mislead `git -C`. */
const LOCAL_VARIABLES = /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_.*|CONFIG_VALUE_.*|NAMESPACE|SHALLOW_FILE|GRAFT_FILE|IMPLICIT_WORK_TREE)$/;

export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !LOCAL_VARIABLES.test(name)));
}

/** Output of a git command run in `cwd`, without its final newline; undefined when it fails. Throws if git is missing. */
export function git(cwd: string, ...args: string[]): string | undefined {
  const { status, stdout, error } = spawnSync('git', args, { cwd, env: cleanEnvironment(), encoding: 'utf8' });
  if (error !== undefined && isFolder(cwd)) throw new Error('git cannot be run; install Git 2.20 or newer and put it on PATH');
  return status === 0 ? stdout.replace(/\r?\n$/, '') : undefined;
}

/** Throws NotARepository when `place` (a folder) is in no Git repository. */
export function findHooksFolder(place: string): HooksFolder {
  const gitDir = git(place, 'rev-parse', '--absolute-git-dir');
  if (gitDir === undefined) throw new NotARepository(whyNoRepository(place));
  const worktree = git(place, 'rev-parse', '--show-toplevel') || null;
  const top = worktree ?? gitDir;
  const commonDir = realpathSync(path.resolve(top, git(top, 'rev-parse', '--git-common-dir') ?? gitDir));
  const folder = path.resolve(top, git(top, 'rev-parse', '--git-path', 'hooks') ?? path.join(commonDir, 'hooks'));
  const refused = whyRefused(folder, commonDir, worktree);
  return { folder, commonDir, top, ...(refused === undefined ? {} : { refused }) };
}

function whyNoRepository(place: string): string {
  const { stderr } = spawnSync('git', ['rev-parse'], { cwd: place, env: { ...cleanEnvironment(), LC_ALL: 'C' }, encoding: 'utf8' });
  if (stderr?.includes('dubious ownership')) {
    return `Git refuses ${place} because another user owns it; if you trust it: git config --global --add safe.directory '${place}'`;
  }
  return `${place} is not in a Git repository; go to one, or run: git init`;
}

function whyRefused(folder: string, commonDir: string, worktree: string | null): string | undefined {
  if (existsSync(folder) && !isFolder(folder)) return `core.hooksPath points to ${folder}, which is not a folder: hooks are switched off`;
  const real = realParent(folder);
  if (inside(real, commonDir)) return undefined;
  if (worktree !== null && inside(real, realpathSync(worktree))) {
    // husky keeps its hooks in .husky/_, which its own .gitignore hides: nothing there can be committed or shared.
    const probe = path.join(folder, 'post-commit');
    if (git(worktree, 'check-ignore', '-q', '--', probe) !== undefined) return undefined;
    return `core.hooksPath points to ${folder}, which is part of the work tree, so a change would be committed for everyone`;
  }
  return `core.hooksPath points to ${folder}, outside this repository, so other repositories may run the same hooks`;
}

/** The path with the links of its nearest existing ancestor resolved. */
function realParent(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realParent(parent), path.basename(file));
  }
}

function inside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative));
}

export function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}
