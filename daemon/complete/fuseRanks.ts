/** Reciprocal rank fusion: score = Σ 1 / (60 + rank) over the lists an item stands in, ranks from 1. */
export const RANK_OFFSET = 60;

export function fuseRanks<T>(lists: readonly (readonly T[])[], identity: (item: T) => string): { item: T; score: number }[] {
  const merged = new Map<string, { item: T; score: number }>();
  for (const list of lists) {
    list.forEach((item, k) => {
      const key = identity(item);
      const found = merged.get(key);
      const share = 1 / (RANK_OFFSET + k + 1);
      if (found) found.score += share;
      else merged.set(key, { item, score: share });
    });
  }
  return [...merged.values()].sort((a, b) => b.score - a.score || (identity(a.item) < identity(b.item) ? -1 : 1));
}
