import type { Database } from 'better-sqlite3';

/** Rows the first query of a term returns at most; a later one as many as all before it. */
const FIRST_PAGE = 512;
/** Row ids kept between searches: 16 MB. */
const KEPT = 4_000_000;
/** What a term counts for among them by itself: typing makes terms that nothing holds, letter by letter. */
export const TERM_ROWS = 128;
const COMMA = 0x2c;
const ZERO = 0x30;

/** Which chunks hold a term, whatever tree they are of: read once, a term serves every later view of the database. */
export interface Postings {
  /**
   * Ascending row ids of the chunks that hold `term`, at least up to `last`, in pages that are read as they are asked for;
   * pages that another view had read may go beyond it. `expected` rows come at once: each page is found from the list's beginning.
   */
  pages(term: string, last: number, expected?: number): Iterator<Uint32Array, void>;
}

interface Known {
  /** A row id of 32 bits lasts for 4 TB of chunks. */
  pages: Uint32Array[];
  rows: number;
  /** Rows up to this id have been read. */
  seenTo: number;
}

/**
 * Row ids are never given twice and terms of a row never change, so that only rows newer than those seen are read
 * later. Rows that were collected meanwhile stay: no live tree has them.
 */
export function createPostings(db: Database): Postings {
  // One string a page: handing over row by row takes several times as long.
  const read = db
    .prepare<[string, number, number, number], string | null>(
      'select group_concat(rowid) from (select rowid from chunk_terms where chunk_terms match ? and rowid > ? and rowid <= ? order by rowid limit ?)',
    )
    .pluck();
  const terms = new Map<string, Known>();
  let kept = 0;

  return {
    *pages(term, last, expected = 0) {
      if (kept > KEPT) {
        terms.clear();
        kept = 0;
      }
      let known = terms.get(term);
      if (!known) {
        terms.set(term, (known = { pages: [], rows: 0, seenTo: 0 }));
        kept += TERM_ROWS;
      }
      for (let at = 0; ; at++) {
        const page = known.pages[at];
        if (page !== undefined) {
          yield page;
          continue;
        }
        if (known.seenTo >= last) return;
        const limit = Math.max(FIRST_PAGE, known.rows, expected - known.rows);
        const rows = parseRows(read.get(`"${term.replaceAll('"', '""')}"`, known.seenTo, last, limit) ?? '', limit);
        known.seenTo = rows.length < limit ? last : rows[rows.length - 1]!;
        if (rows.length === 0) return;
        known.pages.push(rows);
        known.rows += rows.length;
        kept += rows.length;
        yield rows;
      }
    },
  };
}

/** Decimal numbers with commas between them, at most `limit`. */
function parseRows(text: string, limit: number): Uint32Array {
  if (text === '') return new Uint32Array(0);
  const rows = new Uint32Array(limit);
  let count = 0;
  let row = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) {
      rows[count++] = row;
      row = 0;
    } else row = 10 * row + code - ZERO;
  }
  rows[count++] = row;
  return count === limit ? rows : rows.slice(0, count);
}
