/**
 * Fills a store with a repository's copies: the store's own tables, many blobs a transaction. The store of hefc writes a
 * blob a transaction, which is right for a fuser that makes one in tens of milliseconds, and would take most of the time here.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBlobTable } from '../../../store/blobTable.js';
import { connect } from '../../../store/connection.js';
import { createDirectoryTable } from '../../../store/directoryTable.js';
import { openStore } from '../../../store/open.js';
import type { DirectoryChild, DirectoryKey, FusedVectors, StoreOptions } from '../../../store/types.js';
import type { CopiedFile, Copies } from './copies.js';

const CHUNKS_A_TRANSACTION = 20_000;

export interface Filled {
  root: DirectoryKey;
  /** Files from number 0 on that the root holds. */
  files: number;
  chunks: number;
  ms: number;
  db_bytes: number;
}

/** Adds what is missing until there are so many chunks, and a root over all of them. */
export async function fill(options: StoreOptions, copies: Copies, chunks: number, onProgress: (chunks: number) => void): Promise<Filled> {
  const began = performance.now();
  // Opened and closed for the schema and the identity.
  const store = openStore(options);
  const { path } = store;
  store.close();
  const db = connect(path);
  // Nothing here has to outlive a power cut.
  db.pragma('synchronous = OFF');
  const files = copies.filesFor(chunks);
  let held = 0;
  let root: DirectoryKey;
  try {
    const blobs = createBlobTable(db, options.shapes);
    const directories = createDirectoryTable(db, options.shapes);
    for (let number = 0; number < files; ) {
      db.transaction(() => {
        const limit = held + CHUNKS_A_TRANSACTION;
        for (; number < files && held < limit; number++) {
          held += copies.chunksOf(number);
          if (!blobs.has(copies.file(number))) blobs.put(copies.record(number));
        }
      }).immediate();
      onProgress(held);
      // So that Ctrl-C is heard.
      await nextTurn();
    }
    root = db.transaction(() => {
      const vectorsOf = (file: CopiedFile): FusedVectors => blobs.summary(file.oid, file.language)!.file!;
      const live = Array.from({ length: files }, (_, number) => copies.file(number));
      const put = (tree: string, children: DirectoryChild[], vectors: FusedVectors): void => directories.put({ tree, scope: '', children, skipped: [], vectors });
      return { tree: putFolder(live.map((file) => ({ rest: file.path, file })), vectorsOf, put), scope: '' };
    }).immediate();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  return { root, files, chunks: held, ms: performance.now() - began, db_bytes: statSync(path).size };
}

interface Below {
  /** Path from the folder on. */
  rest: string;
  file: CopiedFile;
}

/** Puts a folder, those below it first; returns its tree id. A folder has half the vectors of its first file. */
function putFolder(below: readonly Below[], vectorsOf: (file: CopiedFile) => FusedVectors, put: (tree: string, children: DirectoryChild[], vectors: FusedVectors) => void): string {
  const folders = new Map<string, Below[]>();
  const children: DirectoryChild[] = [];
  for (const { rest, file } of below) {
    const slash = rest.indexOf('/');
    if (slash < 0) children.push({ name: rest, kind: 'file', oid: file.oid, language: file.language, scope: '' });
    else {
      const name = rest.slice(0, slash);
      const inside = folders.get(name) ?? [];
      if (inside.push({ rest: rest.slice(slash + 1), file }) === 1) folders.set(name, inside);
    }
  }
  for (const [name, inside] of folders) children.push({ name, kind: 'directory', oid: putFolder(inside, vectorsOf, put), language: '', scope: '' });
  children.sort((a, b) => (a.name < b.name ? -1 : 1));
  const tree = createHash('sha1').update(JSON.stringify(children)).digest('hex');
  const { memory, scales, key } = vectorsOf(below[0]!.file);
  put(tree, children, { memory: memory.subarray(0, memory.length / 2), scales: scales.subarray(0, scales.length / 2), key });
  return tree;
}
