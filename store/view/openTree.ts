import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.js';
import type { DirectoryKey, FusedVectors, Hit, TreeView } from '../types.js';
import { keyColumn, type KeyTableName } from '../schema/searchTables.js';
import { unpackUint32, unpackVectors, type PackedVectors } from '../vectorPacking.js';
import { countNotAbove } from './ascending.js';
import { nearest, type KeySpace } from './dense.js';
import { kthLargest } from './kthLargest.js';
import { createLexicalSearch, type Scored } from './lexical.js';
import { numberChunks } from './liveChunks.js';
import { readLiveTree, type BlobFacts, type TreeCache } from './liveTree.js';
import { sharedRows } from './sharedRows.js';

/** Keys rescored exactly for each asked for, and at least. */
const overfetch = 4;
const leastCandidates = 32;

interface RangeRow {
  startByte: number;
  endByte: number;
}

interface Ranked<T> {
  item: T;
  score: number;
  /** Place in tree order, to break ties the same way on every machine. */
  order: number;
}

/** What a view of a neighbouring tree starts from: rows never change. */
interface Known {
  db: Database;
  cache: TreeCache;
}

const caches = new WeakMap<TreeView, Known>();

/** Opens one stored root for retrieval; see TreeView. */
export function openTree(db: Database, root: DirectoryKey, rootId: number, keyDim: number, previous?: TreeView): TreeView {
  const last = previous && caches.get(previous);
  const before = last?.db === db ? last : undefined;
  const tree = readLiveTree(db, rootId, before?.cache);
  const shared = sharedRows(db, keyDim);
  const chunks = numberChunks(tree.blobs);
  const byPath = new Map(tree.files.map((file) => [file.path, file]));
  // The first path in tree order stands for a blob or directory that lives at several.
  const firstFile = firstById(tree.files);
  const firstDirectory = firstById(tree.directories);
  const blobById = tree.cache.blobs;
  /** Row ids of each level's nodes, ascending. */
  const nodeIds = {
    file: Float64Array.from(tree.blobs.filter(({ hasNode }) => hasNode), ({ id }) => id).sort(),
    directory: Float64Array.from(firstDirectory.keys()).sort(),
  };
  const places: Partial<Record<KeyTableName, Int32Array>> = {};
  let byOid: Map<string, BlobFacts[]> | undefined;

  const readLines = db.prepare<[number], [number, number]>('select start_line, end_line from chunk where id = ?').raw();
  const readChunkAt = db.prepare<[number, number, number, number], [number, number, number]>(
    'select id, start_line, end_line from chunk where id >= ? and id < ? and start_line <= ? and end_line > ? limit 1',
  ).raw();
  const readRange = db.prepare<[number], RangeRow>('select start_byte as startByte, end_byte as endByte from chunk where id = ?');
  const readHashes = db.prepare<[number], Buffer>('select line_hashes from blob where id = ?').pluck();
  const readVectors = {
    chunk: db.prepare<[number], PackedVectors>(`select scales, memory, ${keyColumn('chunk_keys')} from chunk where id = ?`),
    file: db.prepare<[number], PackedVectors>(
      `select file_scales as scales, file_memory as memory, ${keyColumn('file_keys')}
        from blob where id = ? and file_memory is not null`,
    ),
    directory: db.prepare<[number], PackedVectors>(`select scales, memory, ${keyColumn('directory_keys')} from directory where id = ?`),
  };
  let lexical: ReturnType<typeof createLexicalSearch> | undefined;

  function blobAt(path: string): BlobFacts | undefined {
    const file = byPath.get(path);
    return file && blobById.get(file.id);
  }

  /** The blobs of a live file: a copy of it under another name has the same object id, and is another blob in another language. */
  function blobsOf(path: string): readonly BlobFacts[] {
    const oid = byPath.get(path)?.oid;
    if (oid === undefined) return [];
    if (byOid === undefined) {
      byOid = new Map();
      for (const blob of tree.blobs) byOid.set(blob.oid, [...(byOid.get(blob.oid) ?? []), blob]);
    }
    return byOid.get(oid) ?? [];
  }

  function chunkHits(scored: Scored[], k: number): Hit[] {
    const ranked = strongest(scored, k).map(({ number, score }) => ({ item: number, score, order: firstFile.get(chunks.blobOf(number).id)! }));
    return best(ranked, k, (a, b) => chunks.ordinalOf(a) - chunks.ordinalOf(b)).map(({ item, score, order }) => {
      const id = chunks.idOf(item);
      const [startLine, endLine] = stored(readLines.get(id), 'chunk', id);
      return { kind: 'chunk', id, path: tree.files[order]!.path, score, startLine, endLine };
    });
  }

  /** The keys of a level, their places found when it is first searched. */
  function space(table: KeyTableName, rowids: () => Float64Array, excluded: ReadonlySet<number>): KeySpace {
    const keys = shared.keys[table];
    if (places[table] === undefined) keys.update();
    return { keys, places: (places[table] ??= keys.placesOf(rowids())), keyDim, excluded };
  }

  /** Numbers of the chunks of an excluded file. */
  function excludedChunks(path: string): Set<number> {
    return new Set(blobsOf(path).flatMap(({ firstChunk, chunkCount }) => Array.from({ length: chunkCount }, (_, at) => chunks.numberOf(firstChunk + at))));
  }

  /** Places of an excluded file among the file nodes. */
  function excludedFiles(path: string): Set<number> {
    return new Set(blobsOf(path).flatMap(({ id, hasNode }) => (hasNode ? [countNotAbove(nodeIds.file, nodeIds.file.length, id) - 1] : [])));
  }

  function nodeHit(kind: 'file' | 'directory', id: number, score: number): Ranked<Hit> {
    const order = (kind === 'file' ? firstFile : firstDirectory).get(id)!;
    const { path } = (kind === 'file' ? tree.files : tree.directories)[order]!;
    return { item: { kind, id, path, score }, score, order };
  }

  const candidatesFor = (k: number): number => (k > 0 ? Math.max(leastCandidates, overfetch * k) : 0);

  const view: TreeView = {
    root: { tree: root.tree, scope: root.scope },
    files: () => tree.files,
    file: (path) => byPath.get(path),
    chunkCount: () => chunks.count,
    nodeCount: () => nodeIds.file.length + nodeIds.directory.length,
    searchLexical(identifiers, k, exclude, weights) {
      lexical ??= createLexicalSearch(shared, chunks);
      return chunkHits(lexical(identifiers, k, excludedChunks(exclude), weights), k);
    },
    searchChunks(query, k, exclude) {
      const found = nearest(space('chunk_keys', chunks.ids, excludedChunks(exclude)), query, candidatesFor(k));
      return chunkHits(found.map(({ place, score }) => ({ number: place, score })), k);
    },
    searchNodes(query, k, exclude) {
      const files = nearest(space('file_keys', () => nodeIds.file, excludedFiles(exclude)), query, candidatesFor(k));
      const directories = nearest(space('directory_keys', () => nodeIds.directory, new Set()), query, candidatesFor(k));
      const ranked = [
        ...files.map(({ place, score }) => nodeHit('file', nodeIds.file[place]!, score)),
        ...directories.map(({ place, score }) => nodeHit('directory', nodeIds.directory[place]!, score)),
      ];
      return best(ranked, k, (a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0)).map(({ item }) => item);
    },
    chunksOf(path) {
      const blob = blobAt(path);
      return Array.from({ length: blob?.chunkCount ?? 0 }, (_, at): Hit => {
        const id = blob!.firstChunk + at;
        const [startLine, endLine] = stored(readLines.get(id), 'chunk', id);
        return { kind: 'chunk', id, path, score: 0, startLine, endLine };
      });
    },
    chunkAt(path, line) {
      const blob = blobAt(path);
      const row = blob && readChunkAt.get(blob.firstChunk, blob.firstChunk + blob.chunkCount, line, line);
      return row && { kind: 'chunk', id: row[0], path, score: 0, startLine: row[1], endLine: row[2] };
    },
    vectors: (hit): FusedVectors => unpackVectors(stored(readVectors[hit.kind].get(hit.id), hit.kind, hit.id)),
    chunkRange(hit) {
      const number = hit.kind === 'chunk' ? chunks.numberOf(hit.id) : -1;
      if (number < 0) throw new StoreError('missing-object', `${hit.kind} ${hit.id} is no chunk of this tree: search again`);
      return { oid: chunks.blobOf(number).oid, ...stored(readRange.get(hit.id), 'chunk', hit.id) };
    },
    *lineHashes() {
      for (const { path, oid, id } of tree.files) {
        yield { path, oid, hashes: unpackUint32(stored(readHashes.get(id), 'blob', id)) };
      }
    },
  };
  for (const file of tree.files) if (!blobById.has(file.id)) throw new StoreError('missing-object', `${file.path} has no blob row: index again`);
  caches.set(view, { db, cache: tree.cache });
  return view;
}

function firstById(items: readonly { id: number }[]): Map<number, number> {
  const first = new Map<number, number>();
  items.forEach(({ id }, at) => {
    if (!first.has(id)) first.set(id, at);
  });
  return first;
}

/** Those that score no less than the k-th, so that only they need an exact order. */
function strongest(scored: Scored[], k: number): Scored[] {
  if (scored.length <= k || k <= 0) return k <= 0 ? [] : scored;
  const least = kthLargest(scored.map(({ score }) => score), k);
  return scored.filter(({ score }) => score >= least);
}

function best<T>(ranked: Ranked<T>[], k: number, tie: (a: T, b: T) => number): Ranked<T>[] {
  return ranked.sort((a, b) => b.score - a.score || a.order - b.order || tie(a.item, b.item)).slice(0, Math.max(0, k));
}

function stored<T>(row: T | undefined, kind: string, id: number): T {
  if (row === undefined) throw new StoreError('missing-object', `${kind} ${id} is gone from the database: open the tree again after "hefc gc"`);
  return row;
}
