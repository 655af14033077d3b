/**
 * What the schedules of one repository's worktrees share: whether indexing is paused (a marker file, so that it outlives
 * the daemon), and the work that nothing may be indexed beside (collecting, closing).
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CallError } from './ipc/errors.js';
import { hefcFolder } from './ipc/paths.js';

export interface Gate {
  paused(): boolean;
  /** Sets or lifts the pause. Errors: CallError `database` when the marker cannot be written or removed. */
  pause(paused: boolean): void;
  /** Resolves when no work runs alone; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<void>;
  /** Runs work that must be alone, one after another; whoever enters waits from now on. What runs already, the work must stop. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate(commonDir: string): Gate {
  const marker = join(hefcFolder(commonDir), 'paused');
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    paused: () => existsSync(marker),
    pause(paused) {
      if (existsSync(marker) === paused) return;
      try {
        if (paused) writeFileSync(marker, '', { mode: 0o600 });
        else rmSync(marker);
      } catch (error) {
        throw new CallError('database', `${marker} cannot be ${paused ? 'written' : 'removed'} (${(error as NodeJS.ErrnoException).code}); check the disk and the permissions of its folder`);
      }
    },
    async enter(signal) {
      signal.throwIfAborted();
      while (waiting > 0) {
        let onAbort: () => void = () => undefined;
        const aborted = new Promise<void>((resolve) => {
          onAbort = () => resolve();
          signal.addEventListener('abort', onAbort);
        });
        await Promise.race([last, aborted]);
        signal.removeEventListener('abort', onAbort);
        signal.throwIfAborted();
      }
    },
    async alone(work) {
      const before = last;
      waiting++;
      let end: () => void = () => undefined;
      last = new Promise((resolve) => (end = resolve));
      try {
        await before;
        return await work();
      } finally {
        waiting--;
        end();
      }
    },
  };
}
