/** Git fires hooks for every commit of a rebase, of which ours tell the start and the end; the index waits for the end. */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';

/** How often the end is looked for where the folder cannot be watched, in ms. */
const LOOK_MS = 1000;

/** Is a rebase (or am) under way in this worktree? */
export function rebasing(gitDir: string): boolean {
  return existsSync(join(gitDir, 'rebase-merge')) || existsSync(join(gitDir, 'rebase-apply'));
}

/** Calls back once when the rebase is over; returns a way to stop waiting. Never throws. */
export function afterRebase(gitDir: string, callback: () => void): () => void {
  let stop: () => void = () => undefined;
  const look = (): void => {
    if (rebasing(gitDir)) return;
    stop();
    callback();
  };
  // The system may have no watches left (now or later): then the end is looked for now and then.
  const lookByTime = (): void => {
    stop();
    const timer = setInterval(look, LOOK_MS).unref();
    stop = () => clearInterval(timer);
  };
  try {
    const watcher = watch(gitDir, { persistent: false }, (_event, name) => {
      if (name === null || name.startsWith('rebase-')) look();
    });
    stop = () => watcher.close();
    watcher.on('error', lookByTime);
  } catch {
    lookByTime();
  }
  // It may have ended between the caller's check and the watch.
  if (!rebasing(gitDir)) {
    stop();
    const soon = setImmediate(callback);
    stop = () => clearImmediate(soon);
  }
  return () => stop();
}
