/** A recording of both threads as Markdown: time by stage and by function, and calls of the native parts. */
import { markdown } from '../../eval/table.js';
import { shown } from '../numbers.js';
import { addUp, largest, type Stage } from './cpuProfile.js';
import type { NativeCall, Recording } from './recorder.js';
import { busyIntervals, overlap } from './timeline.js';

const FUNCTIONS = 15;
/** Stages below this share of the whole are one row. */
const SMALLEST = 0.002;

export interface Profiled {
  /** What time is divided by, as `a completion`, and how many of them there were. */
  unit: string;
  count: number;
  /** Milliseconds in all. */
  wall: number;
  /** The main thread's and the worker's. */
  threads: readonly Recording[];
  stages: readonly Stage[];
  nameOf: (url: string) => string;
}

export function profileTables({ unit, count, wall, threads, stages, nameOf }: Profiled): string[] {
  const per = (ms: number): string => shown(ms / count);
  const share = (ms: number): string => `${((100 * ms) / wall).toFixed(1)} %`;
  const added = threads.map((thread) => ({ ...thread, ...addUp(thread.profile, stages, nameOf) }));
  const [main, worker] = added as [(typeof added)[number], (typeof added)[number]];
  const both = overlap(busyIntervals(main.profile), busyIntervals(worker.profile));
  const alone = (busy: number): number => busy - both;
  const parts: [string, number][] = [['the main thread alone', alone(main.busy)], ['the worker thread alone', alone(worker.busy)], ['both at once', both], ['neither', Math.max(0, wall - main.busy - worker.busy + both)]];
  const lines = [`${count} × ${unit}, ${per(wall)} ms each.`, '', ...markdown(['who is busy', `ms ${unit}`, 'of the time'], parts.map(([who, ms]) => [who, per(ms), share(ms)]))];
  for (const { thread, stages: sums } of added) {
    const small = largest(sums).filter(([, ms]) => ms < SMALLEST * wall);
    const rows = [...largest(sums).filter(([, ms]) => ms >= SMALLEST * wall), ...(small.length > 0 ? [['smaller ones', small.reduce((sum, [, ms]) => sum + ms, 0)] as const] : [])];
    lines.push('', ...markdown([`${thread} thread`, `ms ${unit}`, 'of the time'], rows.map(([stage, ms]) => [stage, per(ms), share(ms)])));
  }
  lines.push('', ...callTable(threads, unit, count, wall), '');
  const functions = new Map(added.flatMap(({ thread, functions }) => [...functions].map(([name, ms]): [string, number] => [`${thread}: ${name}`, ms])));
  lines.push(...markdown([`the ${FUNCTIONS} functions with the most time of their own`, `ms ${unit}`, 'of the time'], largest(functions, FUNCTIONS).map(([name, ms]) => [name, per(ms), share(ms)])));
  return lines;
}

function callTable(threads: readonly Recording[], unit: string, count: number, wall: number): string[] {
  const groups = new Map<string, NativeCall[]>();
  for (const { thread, calls } of threads) {
    for (const call of calls) {
      const name = call.what === 'tokens' ? `tokenising for the ${thread} thread` : `graph run: ${call.what}`;
      groups.set(name, [...(groups.get(name) ?? []), call]);
    }
  }
  const sum = (calls: readonly NativeCall[], of: (call: NativeCall) => number): number => calls.reduce((total, call) => total + of(call), 0);
  const rows = [...groups].map(([name, calls]) => {
    const ms = sum(calls, (call) => call.ms);
    return [name, shown(calls.length / count), shown(sum(calls, ({ rows: each }) => each) / calls.length), shown(ms / calls.length), shown(ms / count), `${((100 * ms) / wall).toFixed(1)} %`];
  });
  return markdown(['native calls, by the clock', `calls ${unit}`, 'rows or texts a call', 'ms a call', `ms ${unit}`, 'of the time'], rows);
}
