import { createHash, type Hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { StoreError } from './errors.js';
import { keyColumn } from './schema/searchTables.js';
import type { PackedVectors } from './vectorPacking.js';

interface DirectoryRow extends PackedVectors {
  tree: Buffer;
  scope: string;
}

interface EntryRow {
  kind: number;
  name: Buffer;
  child: number;
  reason: string | null;
}

interface BlobRow extends Partial<PackedVectors> {
  oid: Buffer;
  language: string;
  bytes: number;
  skip: string | null;
  first: number;
  count: number;
  terms: Buffer;
  hashes: Buffer;
}

interface ChunkRow extends PackedVectors {
  start_byte: number;
  end_byte: number;
  start_line: number;
  end_line: number;
  identifiers: Buffer;
}

/**
 * SHA-256 (hex) over everything a directory reaches, built bottom-up as Git builds trees; row ids and the order of
 * writing do not enter. Errors: missing-object when the directory is not stored.
 */
export function digestDirectory(db: Database, rootId: number): string {
  const readDirectory = db.prepare<[number], DirectoryRow>(`select tree, scope, scales, memory, ${keyColumn('directory_keys')} from directory where id = ?`);
  const readEntries = db.prepare<[number], EntryRow>('select kind, name, child, reason from directory_entry where directory = ? order by ordinal');
  const readBlob = db.prepare<[number], BlobRow>(
    `select oid, language, bytes, skip, first_chunk as first, chunk_count as count, term_counts as terms, line_hashes as hashes,
      file_scales as scales, file_memory as memory, ${keyColumn('file_keys')} from blob where id = ?`,
  );
  const readChunks = db.prepare<[number, number], ChunkRow>(`select *, ${keyColumn('chunk_keys')} from chunk where id >= ? and id < ? order by id`);
  const directories = new Map<number, Buffer>();
  const blobs = new Map<number, Buffer>();

  function directory(id: number): Buffer {
    return once(directories, id, () => {
      const row = present(readDirectory.get(id), `directory ${id}`);
      const hash = createHash('sha256');
      add(hash, 'directory', row.tree, row.scope, row.key, row.scales, row.memory);
      for (const entry of readEntries.all(id)) {
        const child = entry.kind === 0 ? blob(entry.child) : entry.kind === 1 ? directory(entry.child) : (entry.reason ?? '');
        add(hash, String(entry.kind), entry.name, child);
      }
      return hash.digest();
    });
  }

  function blob(id: number): Buffer {
    return once(blobs, id, () => {
      const row = present(readBlob.get(id), `blob ${id}`);
      const hash = createHash('sha256');
      add(hash, 'blob', row.oid, row.language, String(row.bytes), row.skip ?? '', row.terms, row.hashes);
      add(hash, row.key ?? '', row.scales ?? '', row.memory ?? '');
      const chunks = readChunks.all(row.first, row.first + row.count);
      if (chunks.length !== row.count) throw new StoreError('missing-object', `blob ${id} lacks some of its chunks: run "hefc purge" and index again`);
      for (const chunk of chunks) {
        add(hash, [chunk.start_byte, chunk.end_byte, chunk.start_line, chunk.end_line].join(' '));
        add(hash, chunk.identifiers, chunk.key, chunk.scales, chunk.memory);
      }
      return hash.digest();
    });
  }

  return directory(rootId).toString('hex');
}

function once(seen: Map<number, Buffer>, id: number, make: () => Buffer): Buffer {
  const known = seen.get(id) ?? make();
  seen.set(id, known);
  return known;
}

/** Length before content, so that no two lists of fields hash alike. */
function add(hash: Hash, ...fields: (string | Buffer)[]): void {
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
    hash.update(`${bytes.length}:`).update(bytes);
  }
}

function present<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new StoreError('missing-object', `${what} is not in the database: run "hefc purge" and index again`);
  return row;
}
