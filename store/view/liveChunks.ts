import { countNotAbove } from './ascending.js';
import type { BlobFacts } from './liveTree.js';

/**
 * The chunks of an open tree, numbered 0…count-1 in the order of their row ids, so that per-chunk values live in plain
 * typed arrays.
 */
export interface LiveChunks {
  readonly count: number;
  /** [count] distinct terms of each chunk. */
  readonly termCounts: Uint16Array;
  /** Row id → number, or -1 when the chunk is not of this tree. */
  numberOf(id: number): number;
  /** Numbers of those of the ascending row ids that are of this tree. */
  numbersOf(ids: Uint32Array): Int32Array;
  idOf(number: number): number;
  /** [count] row ids, ascending. */
  ids(): Float64Array;
  blobOf(number: number): BlobFacts;
  /** Place of the chunk in its blob. */
  ordinalOf(number: number): number;
}

/** @param blobs distinct, in the order of firstChunk */
export function numberChunks(blobs: readonly BlobFacts[]): LiveChunks {
  const holders = blobs.filter((blob) => blob.chunkCount > 0);
  const firsts = Float64Array.from(holders, (blob) => blob.firstChunk);
  const bases = new Float64Array(holders.length + 1);
  holders.forEach((blob, at) => {
    bases[at + 1] = bases[at]! + blob.chunkCount;
  });
  const count = bases[holders.length]!;
  const termCounts = new Uint16Array(count);
  holders.forEach((blob, at) => termCounts.set(blob.termCounts, bases[at]!));
  return {
    count,
    termCounts,
    numberOf(id) {
      const at = countNotAbove(firsts, firsts.length, id) - 1;
      if (at < 0) return -1;
      const ordinal = id - firsts[at]!;
      return ordinal < holders[at]!.chunkCount ? bases[at]! + ordinal : -1;
    },
    numbersOf(ids) {
      const numbers = new Int32Array(ids.length);
      let found = 0;
      for (let at = 0; at < ids.length; ) {
        // The blob is looked for once for all of its chunks.
        const holder = countNotAbove(firsts, firsts.length, ids[at]!) - 1;
        const first = firsts[holder] ?? 0;
        const end = holder < 0 ? 0 : first + holders[holder]!.chunkCount;
        const next = firsts[holder + 1] ?? Infinity;
        for (; at < ids.length && ids[at]! < next; at++) if (ids[at]! < end) numbers[found++] = bases[holder]! + ids[at]! - first;
      }
      return numbers.slice(0, found);
    },
    idOf(number) {
      const at = countNotAbove(bases, holders.length, number) - 1;
      return firsts[at]! + number - bases[at]!;
    },
    ids() {
      const ids = new Float64Array(count);
      holders.forEach((blob, at) => {
        for (let k = 0; k < blob.chunkCount; k++) ids[bases[at]! + k] = blob.firstChunk + k;
      });
      return ids;
    },
    blobOf: (number) => holders[countNotAbove(bases, holders.length, number) - 1]!,
    ordinalOf: (number) => number - bases[countNotAbove(bases, holders.length, number) - 1]!,
  };
}
