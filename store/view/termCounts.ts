import type { Database } from 'better-sqlite3';

/** Terms read at once: some ten milliseconds. */
const TERMS_A_CALL = 1000;
/** Rarer terms are not remembered: reading their postings is no work. */
const FREQUENT = 512;
/** Read anew once the database has grown by this much. */
const GROWTH = 1.5;

/**
 * In how many chunks of the database the frequent terms stand, so that a search need not read the postings of a term to learn
 * that it is too frequent. Read from FTS5's vocabulary in slices; until all is read nothing is known.
 */
export interface TermCounts {
  /** In how many chunks of the database a term stands, and the share of all, as of the last reading; undefined: rare, or not known. */
  of(term: string): { count: number; share: number } | undefined;
  /** Reads a slice; true when more is left. */
  readOn(): boolean;
}

export function createTermCounts(db: Database): TermCounts {
  db.exec("create virtual table if not exists temp.chunk_vocabulary using fts5vocab(main, 'chunk_terms', 'row')");
  const read = db.prepare<[string, number], [string, number]>('select term, doc from temp.chunk_vocabulary where term > ? limit ?').raw();
  const countChunks = db.prepare<[], number>('select coalesce(max(id), 0) from chunk').pluck();
  let known: { chunks: number; counts: Map<string, number> } | undefined;
  let reading: { chunks: number; counts: Map<string, number>; after: string } | undefined;

  return {
    of(term) {
      const count = known?.counts.get(term);
      return count === undefined ? undefined : { count, share: count / known!.chunks };
    },
    readOn() {
      const chunks = countChunks.get()!;
      if (known !== undefined && chunks < GROWTH * known.chunks) return false;
      reading ??= { chunks, counts: new Map(), after: '' };
      const rows = read.all(reading.after, TERMS_A_CALL);
      for (const [term, count] of rows) if (count >= FREQUENT) reading.counts.set(term, count);
      const last = rows[TERMS_A_CALL - 1];
      if (last !== undefined) {
        [reading.after] = last;
        return true;
      }
      known = { chunks: reading.chunks, counts: reading.counts };
      reading = undefined;
      return false;
    },
  };
}
