import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder under the system's temporary one. */
export function scratchFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hefc-models-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs work on a copy of a folder. */
export async function withCopy(source: string, work: (copy: string) => Promise<void> | void): Promise<void> {
  const { path, remove } = scratchFolder();
  try {
    cpSync(source, path, { recursive: true });
    await work(path);
  } finally {
    remove();
  }
}

/** The message of the error that work throws or rejects with; fails when it does neither. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw new Error(`rejected with something that is no error: ${String(error)}`);
  }
  throw new Error('expected a refusal, but it worked');
}
