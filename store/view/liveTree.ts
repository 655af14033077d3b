import type { Database } from 'better-sqlite3';
import { decodeName } from '../entryName.js';
import { StoreError } from '../errors.js';
import type { LiveFile } from '../types.js';
import { unpackUint16 } from '../vectorPacking.js';

/** What ranking needs of one blob; independent of the tree it is in. */
export interface BlobFacts {
  id: number;
  oid: string;
  language: string;
  firstChunk: number;
  chunkCount: number;
  /** Distinct terms of each chunk. */
  termCounts: Uint16Array;
  hasNode: boolean;
}

interface Entry {
  kind: number;
  name: string;
  child: number;
}

export interface LiveDirectory {
  id: number;
  path: string;
}

/** Rows read so far: they never change, so a view of a neighbouring tree starts from them. */
export interface TreeCache {
  blobs: Map<number, BlobFacts>;
  entries: Map<number, Entry[]>;
}

/** The files and directories of one root, both in tree order, with the facts of every blob. */
export interface LiveTree {
  files: LiveFile[];
  directories: LiveDirectory[];
  /** Distinct blobs in the order of their chunk ids. */
  blobs: BlobFacts[];
  /** Only what this tree uses, so that a chain of views does not grow. */
  cache: TreeCache;
}

/** Walks the stored directories from a root. */
export function readLiveTree(db: Database, rootId: number, previous?: TreeCache): LiveTree {
  const readEntries = db
    .prepare<[number], [number, Buffer, number]>('select kind, name, child from directory_entry where directory = ? and kind < 2 order by ordinal')
    .raw();
  const readBlob = db
    .prepare<[number], [Buffer, string, number, number, Buffer, number]>(
      'select oid, language, first_chunk, chunk_count, term_counts, file_memory is not null from blob where id = ?',
    )
    .raw();
  const cache: TreeCache = { blobs: new Map(), entries: new Map() };
  const files: LiveFile[] = [];
  const directories: LiveDirectory[] = [];

  function entriesOf(id: number): Entry[] {
    const entries =
      cache.entries.get(id) ??
      previous?.entries.get(id) ??
      readEntries.all(id).map(([kind, name, child]) => ({ kind, name: decodeName(name), child }));
    cache.entries.set(id, entries);
    return entries;
  }

  function factsOf(id: number): BlobFacts {
    const facts = cache.blobs.get(id) ?? previous?.blobs.get(id) ?? readFacts(id);
    cache.blobs.set(id, facts);
    return facts;
  }

  function readFacts(id: number): BlobFacts {
    const row = readBlob.get(id);
    if (row === undefined) throw new StoreError('missing-object', `blob row ${id} is gone: open the tree again after "hefc gc"`);
    const [oid, language, firstChunk, chunkCount, terms, hasNode] = row;
    return { id, oid: oid.toString('hex'), language, firstChunk, chunkCount, termCounts: unpackUint16(terms), hasNode: hasNode === 1 };
  }

  function walk(id: number, path: string): void {
    directories.push({ id, path });
    for (const entry of entriesOf(id)) {
      const childPath = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.kind === 1) {
        walk(entry.child, childPath);
        continue;
      }
      const { oid, language } = factsOf(entry.child);
      files.push({ path: childPath, oid, language, id: entry.child });
    }
  }

  walk(rootId, '');
  const blobs = [...cache.blobs.values()].sort((a, b) => a.firstChunk - b.firstChunk || a.id - b.id);
  return { files, directories, blobs, cache };
}
