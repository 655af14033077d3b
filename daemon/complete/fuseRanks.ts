/**
 * Weighted reciprocal rank fusion (Cormack et al. 2009): score = Σ weight / (10 + rank) over the lists an item stands in,
 * ranks from 1. The offset is below the usual 60, with which the first of a list hardly counts more than its twentieth.
 */
export const RANK_OFFSET = 10;

export interface RankedList<T> {
  items: readonly T[];
  weight: number;
}

/** What rank r, from 1, of a list of weight 1 counts. */
export function rankShare(rank: number): number {
  return 1 / (RANK_OFFSET + rank);
}

export function fuseRanks<T>(lists: readonly RankedList<T>[], identity: (item: T) => string): { item: T; score: number }[] {
  const merged = new Map<string, { item: T; score: number }>();
  for (const { items, weight } of lists) {
    items.forEach((item, k) => {
      const key = identity(item);
      const found = merged.get(key);
      const share = weight * rankShare(k + 1);
      if (found) found.score += share;
      else merged.set(key, { item, score: share });
    });
  }
  return [...merged.values()].sort((a, b) => b.score - a.score || (identity(a.item) < identity(b.item) ? -1 : 1));
}
