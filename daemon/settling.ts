/** Hints of one worktree, gathered: many become one, and a rebase is waited for. */
import { afterRebase, rebasing } from './rebase.js';

/** How long hints are gathered before HEAD is looked at, in ms. A run that is overtaken is stopped, so this may be short. */
const SETTLE_MS = 20;

export interface Settling {
  /** Calls back once things have settled; while they settle, further hints count as the same. */
  hint(near?: string): void;
  /** Forgets what was hinted. */
  clear(): void;
}

export function createSettling(gitDir: string, callback: (near?: string) => void): Settling {
  let timer: NodeJS.Timeout | undefined;
  let stopWaiting: (() => void) | undefined;
  const settling: Settling = {
    hint(near) {
      if (timer || stopWaiting) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (!rebasing(gitDir)) return callback(near);
        stopWaiting = afterRebase(gitDir, () => {
          stopWaiting = undefined;
          settling.hint(near);
        });
      }, SETTLE_MS);
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      stopWaiting?.();
      stopWaiting = undefined;
    },
  };
  return settling;
}
