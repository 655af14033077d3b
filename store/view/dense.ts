import { StoreError } from '../errors.js';
import { signBits } from '../signBits.js';
import { int8Of } from '../vectorPacking.js';
import type { SignTable } from './signTable.js';

/** One searchable set of keys: sign bits in memory, the int8 keys by row id. */
export interface KeySpace {
  signs: SignTable;
  keyDim: number;
  /** Places in `signs` that may not be returned. */
  excluded: () => Iterable<number>;
  key: (rowid: number) => Buffer | undefined;
}

/**
 * Cosine of the best keys to the query, unsorted, at least `wanted` of them where there are so many.
 *
 * Candidates are the keys within the smallest Hamming radius (of sign bits) that holds `wanted` of them, whole distance
 * classes only: the answer depends on the keys alone, not on their order.
 * Errors: bad-vectors when the query is not finite, wrong-model when it is of another length.
 */
export function nearest(space: KeySpace, query: Float32Array, wanted: number): { place: number; score: number }[] {
  const norm = checkedNorm(query, space.keyDim);
  if (norm === 0 || wanted <= 0) return [];
  return candidates(space, query, wanted).flatMap((place) => {
    const score = cosine(query, norm, keyAt(space, place));
    return score === undefined ? [] : [{ place, score }];
  });
}

function candidates({ signs, keyDim, excluded }: KeySpace, query: Float32Array, wanted: number): number[] {
  const distances = hammingDistances(signs, signWords(query, signs.words));
  const out = keyDim + 1;
  for (const place of excluded()) distances[place] = out;
  const classes = new Uint32Array(out + 1);
  for (const distance of distances) classes[distance]!++;
  let radius = 0;
  for (let held = classes[0]!; held < wanted && radius < keyDim; held += classes[radius]!) radius++;
  const found: number[] = [];
  for (let place = 0; place < distances.length; place++) if (distances[place]! <= radius) found.push(place);
  return found;
}

/** [count] differing bits of each key and the query. */
function hammingDistances({ bits, words, rowids }: SignTable, query: Uint32Array): Uint16Array {
  const distances = new Uint16Array(rowids.length);
  for (let place = 0, at = 0; place < distances.length; place++) {
    let distance = 0;
    for (let word = 0; word < words; word++, at++) {
      // Bits counted in pairs, fours and bytes; the product adds up the bytes.
      let x = bits[at]! ^ query[word]!;
      x -= (x >>> 1) & 0x55555555;
      x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
      distance += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    distances[place] = distance;
  }
  return distances;
}

/** Sign bits of a query in the order of a SignTable. */
function signWords(query: Float32Array, words: number): Uint32Array {
  const packed = new Uint32Array(words);
  new Uint8Array(packed.buffer).set(signBits(Int8Array.from(query, (value) => (value > 0 ? 1 : -1))));
  return packed;
}

function keyAt({ signs, key }: KeySpace, place: number): Int8Array {
  const rowid = signs.rowids[place]!;
  const stored = key(rowid);
  if (stored === undefined) throw new StoreError('missing-object', `the key of row ${rowid} is gone: open the tree again after "hefc gc"`);
  return int8Of(stored);
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
