import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.js';
import { bytesOf, int8Of } from '../vectorPacking.js';

/** sqlite-vec's own limit is 4096; beyond this a scan of the live keys is quicker. */
const widest = 1024;

/** One searchable set of keys: the sign bits in a vec0 table, the int8 keys by row id. */
export interface KeySpace {
  table: 'chunk_bits' | 'node_bits';
  keyDim: number;
  /** Row ids of the open tree that may be returned. */
  live: () => Iterable<number>;
  isLive: (rowid: number) => boolean;
  liveCount: number;
  key: (rowid: number) => Buffer | undefined;
}

/**
 * Cosine of the best live keys to the query, unsorted, at least `wanted` of them where there are so many.
 *
 * Candidates are the live keys within the smallest Hamming radius (of sign bits) that holds `wanted` of them, whole
 * distance classes only: the answer depends on the live keys alone, not on what else the table holds.
 * Errors: bad-vectors when the query is not finite or of another length.
 */
export function nearest(db: Database, space: KeySpace, query: Float32Array, wanted: number): { rowid: number; score: number }[] {
  const norm = checkedNorm(query, space.keyDim);
  if (norm === 0 || space.liveCount === 0 || wanted <= 0) return [];
  const signs = Int8Array.from(query, (value) => (value > 0 ? 1 : -1));
  const rowids = space.liveCount <= wanted ? [...space.live()] : candidates(db, space, signs, wanted);
  return rowids.flatMap((rowid) => {
    const score = cosine(query, norm, int8Of(keyOf(space, rowid)));
    return score === undefined ? [] : [{ rowid, score }];
  });
}

function candidates(db: Database, space: KeySpace, signs: Int8Array, wanted: number): number[] {
  const search = db
    .prepare<[Buffer, number], [number, number]>(
      `select rowid, distance from ${space.table} where bits match vec_bit(sign_bits(?)) and k = ?`,
    )
    .raw();
  for (let k = Math.ceil(wanted * 1.5); k <= widest; k *= 4) {
    const found = search.all(bytesOf(signs), k);
    // The farthest class may be cut short by k: leave it out, unless the table holds nothing more.
    const complete = found.length < k ? found : found.filter(([, distance]) => distance < found[found.length - 1]![1]);
    const live = complete.filter(([rowid]) => space.isLive(rowid));
    if (live.length >= wanted) return withinRadius(live, wanted);
    if (found.length < k) break;
  }
  return withinRadius(exactDistances(space, signs), wanted);
}

/** Where the live keys are few among many: their own Hamming distances, read one by one. */
function exactDistances(space: KeySpace, signs: Int8Array): [number, number][] {
  const found: [number, number][] = [];
  for (const rowid of space.live()) {
    const key = int8Of(keyOf(space, rowid));
    let distance = 0;
    for (let at = 0; at < key.length; at++) if (key[at]! > 0 !== (signs[at] === 1)) distance++;
    found.push([rowid, distance]);
  }
  return found.sort((a, b) => a[1] - b[1]);
}

/** @param found ascending by distance */
function withinRadius(found: [number, number][], wanted: number): number[] {
  const radius = found[Math.min(wanted, found.length) - 1]?.[1] ?? 0;
  return found.filter(([, distance]) => distance <= radius).map(([rowid]) => rowid);
}

function keyOf(space: KeySpace, rowid: number): Buffer {
  const key = space.key(rowid);
  if (key === undefined) throw new StoreError('missing-object', `the key of row ${rowid} is gone: open the tree again after "hefc gc"`);
  return key;
}

function checkedNorm(query: Float32Array, keyDim: number): number {
  if (query.length !== keyDim) {
    throw new StoreError('wrong-model', `the query has ${query.length} components, the keys ${keyDim}: open the store with the model that made them`);
  }
  const norm = Math.hypot(...query);
  if (!Number.isFinite(norm)) throw new StoreError('bad-vectors', 'the query vector is not finite: check the model bundle with "hefc doctor"');
  return norm;
}

/** Undefined for a key of zeros, which a bundle without a fuser leaves: it is near to nothing. */
function cosine(query: Float32Array, norm: number, key: Int8Array): number | undefined {
  let dot = 0;
  let square = 0;
  for (let at = 0; at < key.length; at++) {
    dot += query[at]! * key[at]!;
    square += key[at]! * key[at]!;
  }
  return square === 0 ? undefined : dot / (norm * Math.sqrt(square));
}
