import type { LineScore } from '../types.js';

/** From the log-probability of each token in turn, the line's end last; all zero when nothing was written. */
export function lineScore(steps: readonly number[]): LineScore {
  if (steps.length === 0) return { logProb: 0, first: 0, lowest: 0 };
  return { logProb: steps.reduce((sum, step) => sum + step, 0), first: steps[0]!, lowest: Math.min(...steps) };
}

/** log Σ exp over the chosen entries. */
export function logSum(row: Float32Array, indexes: readonly number[]): number {
  let largest = -Infinity;
  for (const index of indexes) largest = Math.max(largest, row[index]!);
  let sum = 0;
  for (const index of indexes) sum += Math.exp(row[index]! - largest);
  return largest + Math.log(sum);
}
