import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.js';
import type { DirectoryKey, FusedVectors, Hit, TreeView } from '../types.js';
import { unpackUint32, unpackVectors, type PackedVectors } from '../vectorPacking.js';
import { countNotAbove } from './ascending.js';
import { nearest, type KeySpace } from './dense.js';
import { createLexicalSearch, type Scored } from './lexical.js';
import { numberChunks } from './liveChunks.js';
import { readLiveTree, type BlobFacts, type TreeCache } from './liveTree.js';
import { readSigns, type SignTable } from './signTable.js';

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

/** What a view of a neighbouring tree starts from: rows and sign bits never change. */
interface Known {
  db: Database;
  cache: TreeCache;
  /** By level: this tree's or, until it is searched, those of the last tree that was. */
  signs: { chunk_bits?: SignTable; node_bits?: SignTable };
}

const caches = new WeakMap<TreeView, Known>();

/** Opens one stored root for retrieval; see TreeView. */
export function openTree(db: Database, root: DirectoryKey, rootId: number, keyDim: number, previous?: TreeView): TreeView {
  const last = previous && caches.get(previous);
  const before = last?.db === db ? last : undefined;
  const tree = readLiveTree(db, rootId, before?.cache);
  const known: Known = { db, cache: tree.cache, signs: { ...before?.signs } };
  const own: Known['signs'] = {};
  const chunks = numberChunks(tree.blobs);
  const byPath = new Map(tree.files.map((file) => [file.path, file]));
  // The first path in tree order stands for a blob or directory that lives at several.
  const firstFile = firstById(tree.files);
  const firstDirectory = firstById(tree.directories);
  const blobById = tree.cache.blobs;

  const readKey = db.prepare<[number], Buffer>('select key from chunk where id = ?').pluck();
  const readFileKey = db.prepare<[number], Buffer>('select file_key from blob where id = ?').pluck();
  const readDirectoryKey = db.prepare<[number], Buffer>('select key from directory where id = ?').pluck();
  const readLines = db.prepare<[number], [number, number]>('select start_line, end_line from chunk where id = ?').raw();
  const readRange = db.prepare<[number], RangeRow>('select start_byte as startByte, end_byte as endByte from chunk where id = ?');
  const readHashes = db.prepare<[number], Buffer>('select line_hashes from blob where id = ?').pluck();
  const readVectors = {
    chunk: db.prepare<[number], PackedVectors>('select key, scales, memory from chunk where id = ?'),
    file: db.prepare<[number], PackedVectors>(
      'select file_key as key, file_scales as scales, file_memory as memory from blob where id = ? and file_key is not null',
    ),
    directory: db.prepare<[number], PackedVectors>('select key, scales, memory from directory where id = ?'),
  };
  let lexical: ReturnType<typeof createLexicalSearch> | undefined;

  /** A copy of the excluded file under another path has the same object id: it goes too. */
  function exclusion(path: string): (blob: BlobFacts) => boolean {
    const oid = byPath.get(path)?.oid;
    return (blob) => oid !== undefined && blob.oid === oid;
  }

  function chunkHits(scored: Scored[], k: number): Hit[] {
    const ranked = strongest(scored, k).map(({ number, score }) => ({ item: number, score, order: firstFile.get(chunks.blobOf(number).id)! }));
    return best(ranked, k, (a, b) => chunks.ordinalOf(a) - chunks.ordinalOf(b)).map(({ item, score, order }) => {
      const id = chunks.idOf(item);
      const [startLine, endLine] = stored(readLines.get(id), 'chunk', id);
      return { kind: 'chunk', id, path: tree.files[order]!.path, score, startLine, endLine };
    });
  }

  /** Sign bits of a level, read when it is first searched. */
  function signsOf(table: 'chunk_bits' | 'node_bits', rowids: () => Float64Array): SignTable {
    return (own[table] ??= known.signs[table] = readSigns(db, table, rowids(), keyDim, known.signs[table]));
  }

  function chunkSpace(isExcluded: (blob: BlobFacts) => boolean): KeySpace {
    const signs = signsOf('chunk_bits', chunks.ids);
    return {
      signs,
      keyDim,
      *excluded() {
        for (const blob of tree.blobs) if (isExcluded(blob)) for (let at = 0; at < blob.chunkCount; at++) yield chunks.numberOf(blob.firstChunk + at);
      },
      key: (rowid) => readKey.get(rowid),
    };
  }

  /** Row ids of nodes are twice their own, odd for directories. */
  function nodeSpace(isExcluded: (blob: BlobFacts) => boolean): KeySpace {
    const files = tree.blobs.filter((blob) => blob.hasNode);
    const signs = signsOf('node_bits', () => Float64Array.from([...files.map(({ id }) => 2 * id), ...[...firstDirectory.keys()].map((id) => 2 * id + 1)]).sort());
    return {
      signs,
      keyDim,
      *excluded() {
        for (const blob of files) if (isExcluded(blob)) yield countNotAbove(signs.rowids, signs.rowids.length, 2 * blob.id) - 1;
      },
      key: (rowid) => (rowid % 2 === 0 ? readFileKey.get(rowid / 2) : readDirectoryKey.get((rowid - 1) / 2)),
    };
  }

  const candidatesFor = (k: number): number => Math.max(leastCandidates, overfetch * k);

  const view: TreeView = {
    root: { tree: root.tree, scope: root.scope },
    files: () => tree.files,
    file: (path) => byPath.get(path),
    chunkCount: () => chunks.count,
    nodeCount: () => tree.blobs.filter((blob) => blob.hasNode).length + firstDirectory.size,
    searchLexical(identifiers, k, exclude, weights) {
      lexical ??= createLexicalSearch(db, chunks);
      const isExcluded = exclusion(exclude);
      return chunkHits(lexical(identifiers, (number) => isExcluded(chunks.blobOf(number)), weights), k);
    },
    searchChunks(query, k, exclude) {
      const found = nearest(chunkSpace(exclusion(exclude)), query, k > 0 ? candidatesFor(k) : 0);
      return chunkHits(found.map(({ place, score }) => ({ number: place, score })), k);
    },
    searchNodes(query, k, exclude) {
      const space = nodeSpace(exclusion(exclude));
      const found = nearest(space, query, k > 0 ? candidatesFor(k) : 0);
      const ranked = found.map(({ place, score }): Ranked<Hit> => {
        const rowid = space.signs.rowids[place]!;
        if (rowid % 2 === 0) {
          const order = firstFile.get(rowid / 2)!;
          return { item: { kind: 'file', id: rowid / 2, path: tree.files[order]!.path, score }, score, order };
        }
        const order = firstDirectory.get((rowid - 1) / 2)!;
        return { item: { kind: 'directory', id: (rowid - 1) / 2, path: tree.directories[order]!.path, score }, score, order };
      });
      return best(ranked, k, (a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0)).map(({ item }) => item);
    },
    chunksOf(path) {
      const file = byPath.get(path);
      const blob = file && blobById.get(file.id);
      return Array.from({ length: blob?.chunkCount ?? 0 }, (_, at): Hit => {
        const id = blob!.firstChunk + at;
        const [startLine, endLine] = stored(readLines.get(id), 'chunk', id);
        return { kind: 'chunk', id, path, score: 0, startLine, endLine };
      });
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
  caches.set(view, known);
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
  const least = Float64Array.from(scored, ({ score }) => score).sort()[scored.length - k]!;
  return scored.filter(({ score }) => score >= least);
}

function best<T>(ranked: Ranked<T>[], k: number, tie: (a: T, b: T) => number): Ranked<T>[] {
  return ranked.sort((a, b) => b.score - a.score || a.order - b.order || tie(a.item, b.item)).slice(0, Math.max(0, k));
}

function stored<T>(row: T | undefined, kind: string, id: number): T {
  if (row === undefined) throw new StoreError('missing-object', `${kind} ${id} is gone from the database: open the tree again after "hefc gc"`);
  return row;
}
