/**
 * Share of an exact list's first `k` that a search found, by score: of chunks with equal keys either may stand for the
 * other. 1 where there is nothing to find.
 */
export function recallAt(k: number, exact: readonly number[], found: readonly number[]): number {
  const wanted = Math.min(k, exact.length);
  if (wanted === 0) return 1;
  const least = exact[wanted - 1]! - 1e-9;
  return Math.min(wanted, found.slice(0, k).filter((score) => score >= least).length) / wanted;
}
