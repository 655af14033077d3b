/** When two threads of one process were busy: alone, both at once, or neither. */
import type { CpuProfile } from './cpuProfile.js';

/** [from, to] in milliseconds of the process's clock, ascending, none touching the next. */
export type Interval = [from: number, to: number];

/** When a thread did anything. */
export function busyIntervals({ nodes, samples = [], timeDeltas = [], startTime }: CpuProfile): Interval[] {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)' || callFrame.functionName === '(root)').map(({ id }) => id));
  const intervals: Interval[] = [];
  let at = startTime / 1000;
  for (const [number, id] of samples.entries()) {
    at += (timeDeltas[number] ?? 0) / 1000;
    const end = at + Math.max(0, timeDeltas[number + 1] ?? 0) / 1000;
    if (idle.has(id)) continue;
    const last = intervals.at(-1);
    // Samples are told in whole microseconds.
    if (last !== undefined && at <= last[1] + 1e-6) last[1] = Math.max(last[1], end);
    else intervals.push([at, end]);
  }
  return intervals;
}

/** Milliseconds that lie in both. */
export function overlap(one: readonly Interval[], other: readonly Interval[]): number {
  let sum = 0;
  for (let a = 0, b = 0; a < one.length && b < other.length; ) {
    const [from, to] = [Math.max(one[a]![0], other[b]![0]), Math.min(one[a]![1], other[b]![1])];
    sum += Math.max(0, to - from);
    if (one[a]![1] < other[b]![1]) a++;
    else b++;
  }
  return sum;
}
