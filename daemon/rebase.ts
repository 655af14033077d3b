/** A rebase fires hooks for every commit it makes; the index waits for its end. */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Is a rebase (or am) under way in this worktree? */
export function rebasing(gitDir: string): boolean {
  return existsSync(join(gitDir, 'rebase-merge')) || existsSync(join(gitDir, 'rebase-apply'));
}

/** Calls back once when the rebase is over; returns a way to stop waiting. */
export function afterRebase(gitDir: string, callback: () => void): () => void {
  const watcher = watch(gitDir, { persistent: false }, (_event, name) => {
    if (name !== null && !name.startsWith('rebase-')) return;
    if (rebasing(gitDir)) return;
    watcher.close();
    callback();
  });
  watcher.on('error', () => watcher.close());
  // It may have ended between the caller's check and the watch.
  if (!rebasing(gitDir)) {
    watcher.close();
    setImmediate(callback);
  }
  return () => watcher.close();
}
