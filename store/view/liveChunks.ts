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
  idOf(number: number): number;
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
      const at = lastNotAbove(firsts, firsts.length, id);
      if (at < 0) return -1;
      const ordinal = id - firsts[at]!;
      return ordinal < holders[at]!.chunkCount ? bases[at]! + ordinal : -1;
    },
    idOf(number) {
      const at = lastNotAbove(bases, holders.length, number);
      return firsts[at]! + number - bases[at]!;
    },
    blobOf: (number) => holders[lastNotAbove(bases, holders.length, number)]!,
    ordinalOf: (number) => number - bases[lastNotAbove(bases, holders.length, number)]!,
  };
}

/** Index of the last of the first `length` ascending values that is ≤ x; -1 if none. */
function lastNotAbove(values: Float64Array, length: number, x: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
