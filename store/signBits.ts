import type { Database } from 'better-sqlite3';
import { int8Of } from './vectorPacking.js';

/** Length of a key's sign bits in the vec0 tables, which hold whole bytes. */
export function bitLength(keyDim: number): number {
  return Math.ceil(keyDim / 8) * 8;
}

/** One bit a component: set where it is positive; the rest of the last byte is 0. */
export function signBits(key: Int8Array): Buffer {
  const bits = Buffer.alloc(bitLength(key.length) / 8);
  for (let at = 0; at < key.length; at++) if (key[at]! > 0) bits[at >> 3]! |= 1 << (at & 7);
  return bits;
}

/** Makes `sign_bits(key)` known to SQL, so that rows are quantised in one way wherever they come from. */
export function defineSignBits(db: Database): void {
  db.function('sign_bits', { deterministic: true }, (key) => signBits(int8Of(key as Buffer)));
}
