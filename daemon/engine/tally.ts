/** Counters for the curious: a count that cannot be written (full disk, locked file) is kept for later, and costs nobody an error. */
import type { Counters, Store } from '../../store/types.js';

/** A locked database makes each write wait: after a failed one, this long passes before the next, in ms. */
const RETRY_MS = 60_000;

export function createTally(store: Pick<Store, 'bump'>): (counts: Partial<Counters>) => void {
  const kept: Partial<Counters> = {};
  let notBefore = 0;
  return (counts) => {
    for (const [name, count] of Object.entries(counts) as [keyof Counters, number][]) kept[name] = (kept[name] ?? 0) + count;
    if (Date.now() < notBefore) return;
    try {
      store.bump(kept);
      for (const name of Object.keys(kept) as (keyof Counters)[]) delete kept[name];
    } catch {
      notBefore = Date.now() + RETRY_MS;
    }
  };
}
