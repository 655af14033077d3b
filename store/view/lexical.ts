import { queryTerms } from '../terms.js';
import { kthLargest } from './kthLargest.js';
import type { LiveChunks } from './liveChunks.js';
import type { Postings } from './postings.js';

const k1 = 1.2;
const b = 0.75;
/** Postings a search scores, rarest term first: past this, a term stands in so many chunks that it hardly ranks them. */
const scoredPostings = 30_000;
/** Numbers of chunks kept between searches of one tree: about 8 MB. */
const cachedNumbers = 2_000_000;

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
export function createLexicalSearch(postings: Postings, chunks: LiveChunks): LexicalSearch {
  const meanTerms = chunks.termCounts.reduce((sum, count) => sum + count, 0) / Math.max(1, chunks.count);
  const last = chunks.count === 0 ? 0 : chunks.idOf(chunks.count - 1);
  const known = new Map<string, Int32Array | 'frequent'>();
  let kept = 0;
  /** [count]; zeros between searches. */
  const scores = new Float64Array(chunks.count);

  /** Live chunks that hold a term; a view never changes, so they are read once. Of a term that is not scored, no more than shows it. */
  function numbersOf(term: string): Int32Array | 'frequent' {
    const found = known.get(term);
    if (found) return found;
    const pages: Int32Array[] = [];
    let count = 0;
    for (const page of postings.pages(term, last)) {
      pages.push(chunks.numbersOf(page));
      count += pages.at(-1)!.length;
      if (count > scoredPostings) break;
    }
    const numbers = count > scoredPostings ? 'frequent' : joined(pages, count);
    if (numbers !== 'frequent') kept += count;
    if (kept > cachedNumbers) {
      known.clear();
      kept = count;
    }
    known.set(term, numbers);
    return numbers;
  }

  return (identifiers, k, excluded, weights) => {
    if (chunks.count === 0 || k <= 0) return [];
    const terms = [...queryTerms(identifiers, weights)].flatMap(([term, weight]) => {
      const numbers = numbersOf(term);
      return numbers === 'frequent' ? [] : [{ weight, numbers }];
    });
    const touched: number[] = [];
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
    for (const number of excluded) scores[number] = 0;
    const least = kthLargest(Float64Array.from(touched, (number) => scores[number]!), k);
    const best: Scored[] = [];
    for (const number of touched) if (scores[number]! > 0 && scores[number]! >= least) best.push({ number, score: scores[number]! });
    for (const number of touched) scores[number] = 0;
    return best;
  };
}

function joined(pages: readonly Int32Array[], length: number): Int32Array {
  const whole = new Int32Array(length);
  let at = 0;
  for (const page of pages) {
    whole.set(page, at);
    at += page.length;
  }
  return whole;
}
