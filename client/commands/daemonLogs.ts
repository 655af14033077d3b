import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { logPath } from '../../daemon/ipc/paths.js';
import { EXIT, Failure } from '../failure.js';

const POLL_MS = 250;

/** The last lines of the log; with `follow`, then what is added, until interrupted. A log that starts anew is read anew. */
export async function logs(options: { follow?: boolean; lines: number }): Promise<void> {
  const file = logPath();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Failure(EXIT.failed, `there is no log at ${file} yet; start the daemon: hefc daemon start`);
  }
  const lines = text.split('\n');
  process.stdout.write(lines.slice(-options.lines - 1).join('\n'));
  let at = Buffer.byteLength(text);
  while (options.follow === true) {
    await pause(POLL_MS);
    at = printFrom(file, at);
  }
}

/** Prints the file from an offset; returns the new end. */
function printFrom(file: string, offset: number): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const from = size < offset ? 0 : offset;
  if (size === from) return from;
  const bytes = Buffer.alloc(size - from);
  const descriptor = openSync(file, 'r');
  const read = readSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
  process.stdout.write(bytes.subarray(0, read));
  return from + read;
}
