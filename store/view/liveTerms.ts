import type { LiveChunks } from './liveChunks.js';
import { TERM_ROWS, type Postings } from './postings.js';
import type { TermCounts } from './termCounts.js';

/** Numbers of chunks kept between searches of one tree: about 8 MB. */
const KEPT = 2_000_000;

/** The live chunks that hold a term, as far as they have been read. */
export interface LiveTerm {
  /** Numbers of the chunks, ascending, page by page. */
  readonly pages: readonly Int32Array[];
  readonly count: number;
  /** Whether these are all. */
  readonly whole: boolean;
}

/** The terms of one tree. A tree never changes, so what was read of a term is kept. */
export interface LiveTerms {
  /** Reads on until more than `level` live chunks are known, or all. */
  readTo(term: string, level: number): LiveTerm;
}

interface Reading {
  pages: Int32Array[];
  count: number;
  whole: boolean;
  rest: Iterator<Uint32Array, void>;
}

/** What is told of a term's count may have grown meanwhile; and most of it may be of other trees, so not all is read at once. */
const MARGIN = 1.05;
const MOST_AT_ONCE = 32_768;

export function createLiveTerms(postings: Postings, counts: TermCounts, chunks: LiveChunks): LiveTerms {
  const last = chunks.count === 0 ? 0 : chunks.idOf(chunks.count - 1);
  const known = new Map<string, Reading>();
  let kept = 0;

  function open(term: string): Reading {
    if (kept > KEPT) {
      known.clear();
      kept = 0;
    }
    const reading: Reading = { pages: [], count: 0, whole: false, rest: postings.pages(term, last, Math.min(MOST_AT_ONCE, Math.ceil(MARGIN * (counts.of(term)?.count ?? 0)))) };
    known.set(term, reading);
    kept += TERM_ROWS;
    return reading;
  }

  function next(term: string, { rest }: Reading): Uint32Array | undefined {
    try {
      const { done, value } = rest.next();
      return done === true ? undefined : value;
    } catch (error) {
      // The iterator has ended with this, and would say that there is no more.
      known.delete(term);
      throw error;
    }
  }

  return {
    readTo(term, level) {
      const reading = known.get(term) ?? open(term);
      while (!reading.whole && reading.count <= level) {
        const page = next(term, reading);
        if (page === undefined) reading.whole = true;
        else {
          const numbers = chunks.numbersOf(page);
          reading.pages.push(numbers);
          reading.count += numbers.length;
          kept += numbers.length;
        }
      }
      return reading;
    },
  };
}
