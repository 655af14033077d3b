/** The repositories this user's daemon looks after: kept in the state folder, so that a new daemon reconciles them. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hefcFolder, stateFolder } from './ipc/paths.js';

/** One worktree (or bare repository) and the Git common directory it belongs to. */
export interface KnownWorktree {
  commonDir: string;
  /** Worktree root, or the git directory of a bare repository. */
  worktree: string;
}

function registryPath(): string {
  return join(stateFolder(), 'repositories.json');
}

/** Known worktrees that still exist and are still set up. An unreadable registry is an empty one: it is only a hint. */
export function knownWorktrees(): KnownWorktree[] {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(registryPath(), 'utf8'));
  } catch {
    return [];
  }
  if (!Array.isArray(found)) return [];
  return (found as Partial<KnownWorktree>[]).filter((one): one is KnownWorktree => typeof one?.commonDir === 'string' && typeof one.worktree === 'string' && existsSync(one.worktree) && existsSync(hefcFolder(one.commonDir)));
}

function write(list: KnownWorktree[]): void {
  const draft = `${registryPath()}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(list, null, 1) + '\n', { mode: 0o600 });
  renameSync(draft, registryPath());
}

/** Adds a worktree, if new. */
export function remember(known: KnownWorktree): void {
  const list = knownWorktrees();
  if (list.some((one) => one.worktree === known.worktree)) return;
  write([...list, known]);
}

/** Drops every worktree of a repository. */
export function forget(commonDir: string): void {
  const list = knownWorktrees();
  const kept = list.filter((one) => one.commonDir !== commonDir);
  if (kept.length < list.length) write(kept);
}
