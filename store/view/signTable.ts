import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.js';
import { bitLength } from '../signBits.js';
import { countNotAbove } from './ascending.js';

/** The sign bits of some keys in memory, so that a search reads no table. */
export interface SignTable {
  /** [count] ascending row ids. */
  readonly rowids: Float64Array;
  /** 32-bit words of a key. */
  readonly words: number;
  /** [count · words] */
  readonly bits: Uint32Array;
}

/** Where fewer than one in so many rows are new, they are read one by one; otherwise the whole table is. */
const FEW = 16;

/** 32-bit words that hold a key's sign bits. */
export function wordsOf(keyDim: number): number {
  return Math.ceil(bitLength(keyDim) / 32);
}

/**
 * Reads the sign bits of `rowids` (ascending) from a vec0 table. What a neighbouring view has read already is copied
 * from `before`, since a key never changes. Errors: missing-object when a row is gone.
 */
export function readSigns(db: Database, table: 'chunk_bits' | 'node_bits', rowids: Float64Array, keyDim: number, before?: SignTable): SignTable {
  const words = wordsOf(keyDim);
  const bits = new Uint32Array(rowids.length * words);
  const bytes = new Uint8Array(bits.buffer);
  const wanted = new Uint8Array(rowids.length).fill(1);
  let missing = rowids.length;

  if (before !== undefined) {
    for (let at = 0, old = 0; at < rowids.length; at++) {
      while (old < before.rowids.length && before.rowids[old]! < rowids[at]!) old++;
      if (before.rowids[old] !== rowids[at]) continue;
      for (let word = 0; word < words; word++) bits[at * words + word] = before.bits[old * words + word]!;
      wanted[at] = 0;
      missing--;
    }
  }
  if (missing === 0) return { rowids, words, bits };

  const put = (at: number, stored: Buffer): void => {
    bytes.set(stored, at * words * 4);
    wanted[at] = 0;
    missing--;
  };
  if (missing * FEW < rowids.length) {
    const read = db.prepare<[bigint], Buffer>(`select bits from ${table} where rowid = ?`).pluck();
    for (const [at, rowid] of rowids.entries()) {
      const stored = wanted[at] === 1 ? read.get(BigInt(rowid)) : undefined;
      if (stored !== undefined) put(at, stored);
    }
  } else {
    for (const [rowid, stored] of db.prepare<[], [number, Buffer]>(`select rowid, bits from ${table}`).raw().iterate()) {
      const at = countNotAbove(rowids, rowids.length, rowid) - 1;
      if (rowids[at] === rowid && wanted[at] === 1) put(at, stored);
    }
  }
  if (missing > 0) throw new StoreError('missing-object', `the key of row ${rowids[wanted.indexOf(1)]} is gone: open the tree again after "hefc gc"`);
  return { rowids, words, bits };
}
