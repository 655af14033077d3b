import { seededRandom } from './random.js';

const RESAMPLES = 2000;
const SEED = 20260311;

/**
 * The 95 % interval of a mean by the percentile bootstrap: [lo, hi] of 2,000 resamples with a fixed seed, so the
 * same values give the same interval. [NaN, NaN] of no value.
 */
export function bootstrapInterval(values: readonly number[]): [number, number] {
  const n = values.length;
  if (n === 0) return [NaN, NaN];
  const random = seededRandom(SEED);
  const means = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[Math.floor(random() * n)]!;
    means[r] = sum / n;
  }
  means.sort();
  return [percentile(means, 0.025), percentile(means, 0.975)];
}

/** The value below which a share of the sorted values lies, by the nearest rank. NaN of no value. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}
