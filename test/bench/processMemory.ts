/** Resident memory of another process, from Linux's /proc or, where there is none, from `ps`, which knows no peak. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Megabytes resident now and at most so far; null for what cannot be told, as of a process that has ended. */
export function residentMemory(pid: number): { now_mb: number | null; peak_mb: number | null } {
  if (process.platform !== 'linux') {
    const kilobytes = Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout);
    return { now_mb: kilobytes > 0 ? kilobytes / 1024 : null, peak_mb: null };
  }
  let text = '';
  try {
    text = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    // It has ended.
  }
  const megabytes = (name: string): number | null => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  };
  return { now_mb: megabytes('VmRSS'), peak_mb: megabytes('VmHWM') };
}
