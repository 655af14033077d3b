import { setTimeout as pause } from 'node:timers/promises';

/** Runs until SIGINT, SIGTERM or SIGHUP comes, then `end`; a second signal, or an `end` that hangs, ends the process. */
export async function untilSignal(end: () => Promise<void>, limitMs = 10_000): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
  await Promise.race([end(), pause(limitMs, undefined, { ref: false })]);
}
