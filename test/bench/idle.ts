import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { completeAt, drawCursors } from './completions.js';
import type { Measured } from './figures.js';
import type { Workbench } from './workbench.js';

/** A fresh daemon that has answered one completion, left alone: its CPU over some seconds and its resident memory. */
export async function idle(bench: Workbench, seconds: number): Promise<Measured> {
  const busy = (await bench.status()).daemon.rss_mb;
  await bench.stop();
  const cursor = drawCursors(bench, 1)[0];
  if (cursor === undefined) throw new Error('the repository has no source line to complete; give another --repo');
  await completeAt(bench, cursor, '', 'hef');
  const { pid } = (await bench.status()).daemon;
  // V8 tidies its heap once, some seconds after the last work; idle begins after that.
  await sleep(12_000);
  const before = cpuSeconds(pid);
  await sleep(1000 * seconds);
  const used = cpuSeconds(pid) - before;
  const rss = (await bench.status()).daemon.rss_mb;
  return { busy_rss_mb: busy, idle_rss_mb: rss, idle_cpu_percent: Math.round((100 * used) / seconds) };
}

/** CPU time of a process, all threads, user and system. */
function cpuSeconds(pid: number): number {
  if (process.platform === 'linux') {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }
  // Elsewhere ps tells whole or hundredth seconds, as [[dd-]hh:]mm:ss[.cc].
  const time = spawnSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return time.split(/[-:]/).reverse().reduce((sum, part, i) => sum + Number(part) * [1, 60, 3600, 86_400][i]!, 0);
}
