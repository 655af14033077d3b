/** Clocks and the middle of what they read. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of wall time an action took. */
export async function timed(action: () => unknown): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

/** NaN of no value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Asks every `stepMs` until the answer is true. Throws after `limitMs`, naming what was waited for. */
export async function until(what: string, ask: () => Promise<boolean>, limitMs = 60_000, stepMs = 5): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`);
    await sleep(stepMs);
  }
}
