import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { completeAt, drawCursors } from './completions.js';
import type { Measured } from './figures.js';
import { median } from './timing.js';
import type { Workbench } from './workbench.js';

/** How often the seconds are measured. V8 tidies its heap two or three times in the two minutes after the last work; the middle of three is idleness. */
const TIMES = 3;

/** A fresh daemon that has answered one completion, left alone: its CPU over some seconds and its resident memory. */
export async function idle(bench: Workbench, seconds: number): Promise<Measured> {
  const busy = (await bench.status()).daemon.rss_mb;
  await bench.stop();
  const cursor = drawCursors(bench, 1)[0];
  if (cursor === undefined) throw new Error('the repository has no source line to complete; give another --repo');
  await completeAt(bench, cursor, '', 'hef');
  const { pid } = (await bench.status()).daemon;
  await sleep(12_000);
  const used: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const before = cpuSeconds(pid);
    await sleep(1000 * seconds);
    used.push(cpuSeconds(pid) - before);
  }
  const rss = (await bench.status()).daemon.rss_mb;
  // Whole hundredths: what is less is a timer that looks at the socket, and V8's own.
  return { busy_rss_mb: busy, idle_rss_mb: rss, idle_cpu_percent: Math.round((100 * median(used)) / seconds) };
}

/** CPU time of a process, all threads, user and system. */
function cpuSeconds(pid: number): number {
  if (process.platform === 'linux') {
    // In nanoseconds, where /proc/<pid>/stat counts hundredths of a second.
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]));
    return threads.reduce((sum, time) => sum + time, 0) / 1e9;
  }
  // Elsewhere ps tells whole or hundredth seconds, as [[dd-]hh:]mm:ss[.cc].
  const time = spawnSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return time.split(/[-:]/).reverse().reduce((sum, part, i) => sum + Number(part) * [1, 60, 3600, 86_400][i]!, 0);
}
