/** What the search finds of what an exact scan over the int8 keys would. */
import { connect } from '../../../store/connection.js';

/** The best scores of one query so far, at most `count`, best first. */
export interface Best {
  scores: number[];
  count: number;
}

/** Keeps a score when it is among the best. */
export function keepBest({ scores, count }: Best, score: number): void {
  if (scores.length === count && score <= scores[count - 1]!) return;
  let at = scores.length;
  while (at > 0 && scores[at - 1]! < score) at--;
  scores.splice(at, 0, score);
  if (scores.length > count) scores.pop();
}

export interface ExactQuery {
  /** [keyDim], any scale. */
  vector: Float32Array;
  /** Row ids of chunks that do not count, those of the edited file. */
  excluded: ReadonlySet<number>;
}

/**
 * Cosines of the best `count` chunk keys of a database to each query, best first: one pass over all rows, by way of the
 * virtual table, which shares nothing with the search.
 */
export function exactScan(path: string, queries: readonly ExactQuery[], count: number): number[][] {
  const db = connect(path);
  try {
    const best: Best[] = queries.map(() => ({ scores: [], count }));
    const norms = queries.map(({ vector }) => Math.hypot(...vector));
    for (const [id, stored] of db.prepare<[], [number, Buffer]>('select rowid, key from chunk_keys').raw().iterate()) {
      const key = new Int8Array(stored.buffer, stored.byteOffset, stored.length);
      let square = 0;
      for (let at = 0; at < key.length; at++) square += key[at]! * key[at]!;
      if (square === 0) continue;
      const length = Math.sqrt(square);
      for (let q = 0; q < queries.length; q++) {
        const { vector, excluded } = queries[q]!;
        let dot = 0;
        for (let at = 0; at < key.length; at++) dot += vector[at]! * key[at]!;
        const score = dot / (norms[q]! * length);
        const { scores } = best[q]!;
        if ((scores.length < count || score > scores[count - 1]!) && !excluded.has(id)) keepBest(best[q]!, score);
      }
    }
    return best.map(({ scores }) => scores);
  } finally {
    db.close();
  }
}
