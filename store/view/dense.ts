import { StoreError } from '../errors.js';
import { createLargest } from './kthLargest.js';
import type { KeyTable } from './keyTable.js';

/** One searchable set of keys. */
export interface KeySpace {
  keys: KeyTable;
  /** [slots] place of each slot; -1 where it is of another tree. Slots beyond are newer than this tree. */
  places: Int32Array;
  keyDim: number;
  /** Places that may not be returned. */
  excluded: ReadonlySet<number>;
}

/**
 * Cosine of the best keys to the query, unsorted, at least `wanted` of them where there are so many.
 *
 * Every key is scored with the query rounded to int8; the best `wanted` of them, and all that score the same as the last,
 * are scored with the query as it is: the answer depends on the keys alone, not on their order.
 * Errors: bad-vectors when the query is not finite, wrong-model when it is of another length.
 */
export function nearest({ keys, places, keyDim, excluded }: KeySpace, query: Float32Array, wanted: number): { place: number; score: number }[] {
  const norm = checkedNorm(query, keyDim);
  if (norm === 0 || wanted <= 0) return [];
  const best = createLargest(wanted);
  const slots: number[] = [];
  const scores: number[] = [];
  keys.eachProduct(rounded(query), (dots, inverseNorms, first) => {
    const end = Math.min(dots.length, places.length - first);
    let least = best.least();
    for (let at = 0; at < end; at++) {
      const score = dots[at]! * inverseNorms[first + at]!;
      // What is worse than as many others goes by at once; NaN does too.
      if (!(score >= least)) continue;
      const place = places[first + at]!;
      if (place < 0 || excluded.has(place)) continue;
      best.add(score);
      least = best.least();
      slots.push(first + at);
      scores.push(score);
    }
  });
  const least = best.least();
  return slots.flatMap((slot, at) => (scores[at]! >= least ? [{ place: places[slot]!, score: cosine(query, norm, keys.key(slot)) }] : []));
}

/** [dim] int8, the largest component 127. */
function rounded(query: Float32Array): Int8Array {
  const scale = 127 / query.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Int8Array.from(query, (value) => Math.round(value * scale));
}

function checkedNorm(query: Float32Array, keyDim: number): number {
  if (query.length !== keyDim) {
    throw new StoreError('wrong-model', `the query has ${query.length} components, the keys ${keyDim}: open the store with the model that made them`);
  }
  const norm = Math.hypot(...query);
  if (!Number.isFinite(norm)) throw new StoreError('bad-vectors', 'the query vector is not finite: check the model bundle with "hefc doctor"');
  return norm;
}

function cosine(query: Float32Array, norm: number, key: Int8Array): number {
  let dot = 0;
  let square = 0;
  for (let at = 0; at < key.length; at++) {
    dot += query[at]! * key[at]!;
    square += key[at]! * key[at]!;
  }
  return dot / (norm * Math.sqrt(square));
}
