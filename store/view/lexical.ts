import type { Database } from 'better-sqlite3';
import { queryTerms } from '../terms.js';
import type { LiveChunks } from './liveChunks.js';

const k1 = 1.2;
const b = 0.75;
/** Postings a search scores, rarest term first: past this, a term stands in so many chunks that it hardly ranks them. */
const scoredPostings = 30_000;
/** Posting entries kept between searches: about 16 MB. */
const cachedPostings = 4_000_000;

export interface Scored {
  /** Number of the chunk in its LiveChunks. */
  number: number;
  score: number;
}

export type LexicalSearch = (identifiers: readonly string[], excluded: (number: number) => boolean, weights?: readonly number[]) => Scored[];

/**
 * BM25 over the chunks of one tree: FTS5 says which chunks hold a term, the statistics (chunk count, mean length,
 * document frequency) are those of the live chunks alone, so that the ranking does not depend on what other branches
 * left in the database. Terms of a chunk are distinct, so a term's frequency is 1.
 * Robertson & Zaragoza 2009, with idf = ln(1 + (N - n + 0.5) / (n + 0.5)), which never falls below 0.
 */
export function createLexicalSearch(db: Database, chunks: LiveChunks): LexicalSearch {
  const match = db.prepare<[string], number>('select rowid from chunk_terms where chunk_terms match ?').pluck();
  const meanTerms = chunks.termCounts.reduce((sum, count) => sum + count, 0) / Math.max(1, chunks.count);
  const known = new Map<string, Int32Array>();
  let kept = 0;

  /** Live chunks that hold a term; a view never changes, so they are read once. */
  function postings(term: string): Int32Array {
    const found = known.get(term);
    if (found) return found;
    const numbers = Int32Array.from(match.all(`"${term.replaceAll('"', '""')}"`).map(chunks.numberOf).filter((number) => number >= 0));
    if (kept + numbers.length > cachedPostings) {
      known.clear();
      kept = 0;
    }
    kept += numbers.length;
    known.set(term, numbers);
    return numbers;
  }

  return (identifiers, excluded, weights) => {
    if (chunks.count === 0) return [];
    const scores = new Float64Array(chunks.count);
    const touched: number[] = [];
    const terms = [...queryTerms(identifiers, weights)].map(([term, weight]) => ({ weight, numbers: postings(term) }));
    let scored = 0;
    for (const { weight, numbers } of terms.sort((a, b) => a.numbers.length - b.numbers.length)) {
      if (scored > 0 && scored + numbers.length > scoredPostings) break;
      scored += numbers.length;
      const idf = Math.log(1 + (chunks.count - numbers.length + 0.5) / (numbers.length + 0.5));
      for (const number of numbers) {
        if (scores[number] === 0) touched.push(number);
        scores[number]! += (weight * idf * (k1 + 1)) / (1 + k1 * (1 - b + (b * chunks.termCounts[number]!) / meanTerms));
      }
    }
    return touched.filter((number) => !excluded(number)).map((number) => ({ number, score: scores[number]! }));
  };
}
