/** The daemon's log: one line an event, never any text of a repository or a buffer. Rotates at 1 MiB, keeps one old file. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { logPath } from './ipc/paths.js';

const MAX_BYTES = 1024 * 1024;

/** Writes one line. A log that cannot be written is given up silently: it must not stop the daemon. */
export function log(event: string, facts: Record<string, string | number | boolean | null> = {}): void {
  const words = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  try {
    const path = logPath();
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(path, `${path}.1`);
    appendFileSync(path, [new Date().toISOString(), process.pid, event, ...words].join(' ') + '\n', { mode: 0o600 });
  } catch {
    // a full disk
  }
}

/** First line of an error's message, with its code, for the log. */
export function errorFacts(error: unknown): { error: string } {
  const code = (error as { code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return { error: `${typeof code === 'string' ? `${code}: ` : ''}${message.split('\n')[0]}` };
}
