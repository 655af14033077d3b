/**
 * The daemon's lock file: `<pid> <start time>`. A lock is dead when no process of that pid runs, or when one runs that
 * started at another time (the pid was reused; told only where /proc exists).
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/** Start time in clock ticks since boot, '' where it cannot be had. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // already gone
  }
}

function holder(text: string): number | undefined {
  const [pidText, started = ''] = text.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  const now = startTime(pid);
  return started !== '' && now !== '' && now !== started ? undefined : pid;
}

/** Pid of the living process that holds the lock, or undefined. */
export function lockHolder(path: string): number | undefined {
  const text = read(path);
  return text === undefined ? undefined : holder(text);
}

/**
 * Takes the lock, or returns undefined when a living process holds it. A link is made in one step with its content, so
 * nobody ever reads half a lock; a dead lock is renamed away, and what was renamed is checked to be the dead one.
 */
export function takeLock(path: string): { held(): boolean; release(): void } | undefined {
  const mine = `${process.pid} ${startTime(process.pid)}\n`;
  const draft = `${path}.${process.pid}`;
  const aside = `${draft}.dead`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 50; attempt++) {
      try {
        linkSync(draft, path);
        return { held: () => read(path) === mine, release: () => (read(path) === mine ? remove(path) : undefined) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const text = read(path);
      if (text === undefined) continue;
      if (holder(text) !== undefined && (text !== mine || startTime(process.pid) !== '')) return undefined;
      try {
        renameSync(path, aside);
      } catch {
        continue;
      }
      // Between our reading and our renaming another starter may have taken the lock: give it back.
      if (read(aside) !== text) {
        try {
          linkSync(aside, path);
        } catch {
          // A third one holds it now; the one robbed finds out by held() and exits.
        }
      }
      remove(aside);
    }
    return undefined;
  } finally {
    remove(draft);
  }
}
