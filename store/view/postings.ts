import type { Database } from 'better-sqlite3';

/** Rows a query of the text index returns at most. */
const PAGE = 16_384;
/** Row ids kept between searches: 16 MB. */
const KEPT = 4_000_000;

/** Which chunks hold a term, whatever tree they are of: read once, a term serves every later view of the database. */
export interface Postings {
  /** Ascending row ids of the chunks that hold `term`, none above `last`, in pages that are read as they are asked for. */
  pages(term: string, last: number): Iterable<Uint32Array>;
}

interface Known {
  /** A row id of 32 bits lasts for 4 TB of chunks. */
  pages: Uint32Array[];
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
    .prepare<[string, number, number], string | null>(
      `select group_concat(rowid) from (select rowid from chunk_terms where chunk_terms match ? and rowid > ? and rowid <= ? order by rowid limit ${PAGE})`,
    )
    .pluck();
  const terms = new Map<string, Known>();
  let kept = 0;

  function forget(): void {
    terms.clear();
    kept = 0;
  }

  return {
    *pages(term, last) {
      if (kept > KEPT) forget();
      let known = terms.get(term);
      if (!known) terms.set(term, (known = { pages: [], seenTo: 0 }));
      for (let at = 0; ; at++) {
        const page = known.pages[at];
        if (page !== undefined) {
          yield page;
          continue;
        }
        if (known.seenTo >= last) return;
        const rows = parseRows(read.get(`"${term.replaceAll('"', '""')}"`, known.seenTo, last) ?? '');
        known.seenTo = rows.length < PAGE ? last : rows[rows.length - 1]!;
        if (rows.length === 0) return;
        known.pages.push(rows);
        kept += rows.length;
        yield rows;
      }
    },
  };
}

/** Decimal numbers with commas between them. */
function parseRows(text: string): Uint32Array {
  const rows = new Uint32Array(text === '' ? 0 : PAGE);
  let count = 0;
  let row = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) {
      rows[count++] = row;
      row = 0;
    } else row = 10 * row + code - ZERO;
  }
  if (text !== '') rows[count++] = row;
  return rows.slice(0, count);
}

const COMMA = 0x2c;
const ZERO = 0x30;
