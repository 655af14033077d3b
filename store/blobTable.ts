import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { StoreError } from './errors.js';
import { keyColumn } from './schema/searchTables.js';
import { chunkTerms } from './terms.js';
import type { BlobRecord, ChunkRow, FusedVectors, SkipReason, VectorShapes } from './types.js';
import { packUint16, packUint32, packVectors, unpackVectors } from './vectorPacking.js';

interface SummaryRow {
  skip: SkipReason | null;
  scales: Buffer;
  memory: Buffer | null;
  key: Buffer;
}

type BlobName = { oid: string; language: string };

/** Reads and writes blobs with their chunks, terms and keys. */
export function createBlobTable(db: Database, shapes: VectorShapes) {
  const find = db.prepare<[Buffer, string], number>('select id from blob where oid = ? and language = ?').pluck();
  const readSummary = db.prepare<[Buffer, string], SummaryRow>(
    `select skip, file_scales as scales, file_memory as memory, ${keyColumn('file_keys')}
      from blob where oid = ? and language = ?`,
  );
  const insertBlob = db.prepare(
    `insert into blob (oid, language, bytes, skip, first_chunk, chunk_count, term_counts, file_scales, file_memory, line_hashes)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertChunk = db.prepare(
    'insert into chunk (start_byte, end_byte, start_line, end_line, identifiers, scales, memory) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const insertTerms = db.prepare('insert into chunk_terms (rowid, terms) values (?, ?)');
  const insertChunkKey = db.prepare('insert into chunk_keys (rowid, key) values (?, vec_int8(?))');
  const insertFileKey = db.prepare('insert into file_keys (rowid, key) values (?, vec_int8(?))');

  const has = (name: BlobName): boolean => find.get(Buffer.from(name.oid, 'hex'), name.language) !== undefined;

  function putChunk(chunk: ChunkRow, terms: string[]): number {
    const packed = packVectors(chunk.vectors, shapes);
    const { lastInsertRowid } = insertChunk.run(
      chunk.startByte, chunk.endByte, chunk.startLine, chunk.endLine,
      identifierDigest(chunk.identifiers), packed.scales, packed.memory,
    );
    // vec0 takes only integers bound as BigInt for a row id.
    const id = BigInt(lastInsertRowid);
    insertTerms.run(id, terms.join(' '));
    insertChunkKey.run(id, packed.key);
    return Number(id);
  }

  const put = db.transaction((record: BlobRecord): void => {
    // A value is a pure function of its id: what is stored already is what would be written.
    if (has(record)) return;
    const terms = record.chunks.map((chunk) => chunkTerms(chunk.identifiers));
    const ids = record.chunks.map((chunk, at) => putChunk(chunk, terms[at]!));
    const file = record.file && packVectors(record.file, shapes);
    const { lastInsertRowid } = insertBlob.run(
      Buffer.from(record.oid, 'hex'), record.language, record.bytes, record.skip,
      ids[0] ?? 0, ids.length, packUint16(terms.map((list) => list.length)),
      file?.scales ?? null, file?.memory ?? null, packUint32(record.lineHashes),
    );
    if (file) insertFileKey.run(BigInt(lastInsertRowid), file.key);
  });

  return {
    has,
    missing(names: readonly BlobName[]): BlobName[] {
      const distinct = new Map(names.map((name) => [`${name.oid} ${name.language}`, name]));
      return [...distinct.values()].filter((name) => !has(name)).map(({ oid, language }) => ({ oid, language }));
    },
    put(record: BlobRecord): void {
      if (record.skip !== null && (record.chunks.length > 0 || record.file !== null)) {
        throw new StoreError('bad-vectors', `blob ${record.oid} is skipped (${record.skip}) and yet has vectors: give it one or the other`);
      }
      put.immediate(record);
    },
    summary(oid: string, language: string): { skip: SkipReason | null; file: FusedVectors | null } | undefined {
      const row = readSummary.get(Buffer.from(oid, 'hex'), language);
      return row && { skip: row.skip, file: row.memory && unpackVectors({ key: row.key, scales: row.scales, memory: row.memory }) };
    },
  };
}

/** The text index keeps no copy of its input, so 8 bytes stand for the identifiers in the digest of an index. */
function identifierDigest(identifiers: readonly string[]): Buffer {
  const sorted = [...new Set(identifiers)].sort();
  return createHash('sha256').update(sorted.join('\0')).digest().subarray(0, 8);
}
