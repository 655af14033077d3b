import { queryTerms } from '../terms.js';
import { createLargest } from './kthLargest.js';
import type { LiveChunks } from './liveChunks.js';
import { createLiveTerms, type LiveTerm } from './liveTerms.js';
import type { Postings } from './postings.js';
import type { TermCounts } from './termCounts.js';

const k1 = 1.2;
const b = 0.75;
/**
 * Postings a search scores, rarest term first: past this, a term stands in so many chunks that it hardly ranks them. A
 * term of more than these alone is never scored.
 */
const SCORED_POSTINGS = 30_000;
/**
 * In a tree of more chunks fewer are scored, since those of names met for the first time have to be read before a search
 * is answered. Scoring so few in all trees would cost the lexical list one or two points of recall.
 */
const LARGE_TREE = 50_000;
const SCORED_IN_LARGE = 10_000;
const FIRST_LEVEL = 256;
/** By how much a term's count in this tree may differ from what its share of the whole database says. */
const DOUBT = 2;

export interface Scored {
  /** Number of the chunk in its LiveChunks. */
  number: number;
  score: number;
}

/** The `k` best chunks, unsorted, and all that score the same as the last of them. */
export type LexicalSearch = (identifiers: readonly string[], k: number, excluded: Iterable<number>, weights?: readonly number[]) => Scored[];

/**
 * BM25 over the chunks of one tree: FTS5 says which chunks hold a term, the statistics (chunk count, mean length,
 * document frequency) are those of the live chunks alone, so that the ranking does not depend on what other branches
 * left in the database. Terms of a chunk are distinct, so a term's frequency is 1.
 * Robertson & Zaragoza 2009, with idf = ln(1 + (N - n + 0.5) / (n + 0.5)), which never falls below 0.
 */
export function createLexicalSearch({ postings, counts }: { postings: Postings; counts: TermCounts }, chunks: LiveChunks): LexicalSearch {
  const meanTerms = chunks.termCounts.reduce((sum, count) => sum + count, 0) / Math.max(1, chunks.count);
  const live = createLiveTerms(postings, counts, chunks);
  /** [count] what a term of weight and idf 1 adds to a chunk: less to a long one. */
  const shares = Float64Array.from(chunks.termCounts, (count) => (k1 + 1) / (1 + k1 * (1 - b + (b * count) / meanTerms)));
  /** [count]; zeros between searches. */
  const scores = new Float64Array(chunks.count);
  /** Numbers of the chunks scored by the search under way. */
  const touched = new Int32Array(chunks.count);

  /**
   * The rarest terms that together have no more than the postings to be scored, rarest first. All are read to the same level, which
   * doubles, so that little is read of those that turn out too frequent, and nothing of those known to be.
   */
  function rarest(weights: ReadonlyMap<string, number>): { weight: number; found: LiveTerm }[] {
    const chosen: { weight: number; found: LiveTerm }[] = [];
    let room = chunks.count > LARGE_TREE ? SCORED_IN_LARGE : SCORED_POSTINGS;
    const expected = (term: string): number => (counts.of(term)?.share ?? 0) * chunks.count;
    let left = [...weights].filter(([term]) => expected(term) <= DOUBT * room);
    for (let level = FIRST_LEVEL; left.length > 0; level = Math.min(2 * level, room)) {
      const rare: typeof chosen = [];
      left = left.filter(([term, weight]) => {
        if (expected(term) > DOUBT * level) return true;
        const found = live.readTo(term, level);
        if (!found.whole || found.count > level) return true;
        rare.push({ weight, found });
        return false;
      });
      for (const each of rare.sort((one, other) => one.found.count - other.found.count)) {
        if (each.found.count > room) return chosen;
        room -= each.found.count;
        chosen.push(each);
      }
      // Each that is left has more than the level.
      if (level >= room) break;
    }
    return chosen;
  }

  /** Adds a term's worth to its chunks; returns how many have been touched now. */
  function add(page: Int32Array, worth: number, before: number): number {
    let count = before;
    for (let at = 0; at < page.length; at++) {
      const number = page[at]!;
      const score = scores[number]!;
      if (score === 0) touched[count++] = number;
      scores[number] = score + worth * shares[number]!;
    }
    return count;
  }

  return (identifiers, k, excluded, weights) => {
    if (chunks.count === 0 || k <= 0) return [];
    let count = 0;
    for (const { weight, found } of rarest(queryTerms(identifiers, weights))) {
      const worth = weight * Math.log(1 + (chunks.count - found.count + 0.5) / (found.count + 0.5));
      for (const page of found.pages) count = add(page, worth, count);
    }
    for (const number of excluded) scores[number] = 0;
    const largest = createLargest(k);
    for (let at = 0; at < count; at++) largest.add(scores[touched[at]!]!);
    const best: Scored[] = [];
    for (let at = 0; at < count; at++) {
      const number = touched[at]!;
      const score = scores[number]!;
      if (score > 0 && score >= largest.least()) best.push({ number, score });
      scores[number] = 0;
    }
    return best;
  };
}
