import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.js';
import type { KeyTableName } from '../schema/searchTables.js';
import { int8Of } from '../vectorPacking.js';

/** Slots of a vec0 chunk, as sqlite-vec makes them. */
interface VectorChunk {
  chunk: number;
  /** [slots / 8] a bit a slot, the lowest first: whether it holds a row. */
  validity: Buffer;
  /** [slots] int64, little-endian. */
  rowids: Buffer;
}

/**
 * The keys with a row id above `after`, by ascending row id: the order in which rows come to a table that is only added
 * to. Read from the tables in which sqlite-vec 0.1 keeps them (its ARCHITECTURE.md): through the virtual table a row
 * costs 7 µs, a second at 150,000 chunks. Errors: corrupt when the order is another.
 */
export function* keyRows(db: Database, table: KeyTableName, keyDim: number, after: number): Iterable<[rowid: number, key: Int8Array]> {
  const chunks = db.prepare<[number], VectorChunk>(
    `select chunk_id as chunk, validity, rowids from ${table}_chunks
      where chunk_id >= (select chunk_id from ${table}_rowids where rowid > ? order by rowid limit 1) order by chunk_id`,
  );
  const readVectors = db.prepare<[number], Buffer>(`select vectors from ${table}_vector_chunks00 where rowid = ?`).pluck();
  let last = after;
  for (const { chunk, validity, rowids } of chunks.all(after)) {
    let vectors: Int8Array | undefined;
    for (let slot = 0; slot < 8 * validity.length; slot++) {
      if ((validity[slot >> 3]! & (1 << (slot & 7))) === 0) continue;
      const rowid = rowids.readUInt32LE(8 * slot) + 2 ** 32 * rowids.readInt32LE(8 * slot + 4);
      if (rowid <= after) continue;
      if (rowid <= last) throw new StoreError('corrupt', `${table} has row ${rowid} after ${last}: run "hefc purge" and index again`);
      last = rowid;
      vectors ??= int8Of(readVectors.get(chunk)!);
      yield [rowid, vectors.subarray(keyDim * slot, keyDim * (slot + 1))];
    }
  }
}
