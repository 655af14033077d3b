import { seededRandom } from './random.js';

const RESAMPLES = 2000;
const SEED = 20260311;

/**
 * The 95 % interval of a mean by the percentile bootstrap: [lo, hi] of 2,000 resamples with a fixed seed, so the
 * same values give the same interval. [NaN, NaN] of no value. Of differences task by task it is the paired bootstrap.
 */
export function bootstrapInterval(values: readonly number[]): [number, number] {
  return interval([values], ([sum]) => sum! / values.length);
}

/**
 * The 95 % interval of the ratio of two means over the same tasks: numerator and denominator are drawn together.
 * Resamples whose denominator is 0 count as infinite, so ask only where the denominator's own interval leaves out 0.
 */
export function bootstrapRatio(numerators: readonly number[], denominators: readonly number[]): [number, number] {
  return interval([numerators, denominators], ([above, below]) => above! / below!);
}

/** @param statistic of the columns' sums over one resample */
function interval(columns: readonly (readonly number[])[], statistic: (sums: readonly number[]) => number): [number, number] {
  const n = columns[0]!.length;
  if (n === 0) return [NaN, NaN];
  const random = seededRandom(SEED);
  const values = new Float64Array(RESAMPLES);
  const sums = columns.map(() => 0);
  for (let r = 0; r < RESAMPLES; r++) {
    sums.fill(0);
    for (let i = 0; i < n; i++) {
      const drawn = Math.floor(random() * n);
      for (let c = 0; c < columns.length; c++) sums[c]! += columns[c]![drawn]!;
    }
    values[r] = statistic(sums);
  }
  values.sort();
  return [percentile(values, 0.025), percentile(values, 0.975)];
}

/** The value below which a share of the sorted values lies, by the nearest rank. NaN of no value. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}
