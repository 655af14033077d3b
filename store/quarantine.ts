import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Moves a damaged database aside as `<path>.corrupt-<timestamp>` (with its -wal and -shm) and returns that path.
 * Earlier quarantined files go: everything in them can be derived again.
 */
export function quarantine(path: string, now: Date = new Date()): string {
  const aside = `${path}.corrupt-${now.toISOString().replace(/[:.]/g, '-')}`;
  removeEarlier(path);
  // The log goes first: were we killed in between, a left log would be replayed into the next, empty database.
  for (const suffix of ['-wal', '-shm', '']) moveIfThere(`${path}${suffix}`, `${aside}${suffix}`);
  return aside;
}

function removeEarlier(path: string): void {
  const prefix = `${basename(path)}.corrupt-`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true });
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
