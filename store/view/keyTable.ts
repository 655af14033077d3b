import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.js';
import type { KeyTableName } from '../schema/searchTables.js';
import { countNotAbove } from './ascending.js';
import { createDotProducts } from './dotProducts.js';
import { keyRows } from './keyRows.js';

/**
 * All keys of a vec0 table in memory, of whatever tree, so that a search reads no table. Row ids are never given twice
 * and keys never change: rows are only added, and those that were collected meanwhile are of no live tree.
 */
export interface KeyTable {
  /** Reads the rows newer than those known. */
  update(): void;
  /** Slots of the ascending row ids. Errors: missing-object when a row is gone. */
  slotsOf(rowids: Float64Array): Int32Array;
  /** [slots] cosine of each key with the query, rounded to int8; -Infinity for a key of zeros, which is near to nothing. */
  cosines(query: Int8Array): Float32Array;
  /** The key in a slot, until the next update. */
  key(slot: number): Int8Array;
}

export function createKeyTable(db: Database, table: KeyTableName, keyDim: number): KeyTable {
  const products = createDotProducts(keyDim);
  let count = 0;
  // [slot], with room to grow
  let rowids = new Float64Array(1024);
  let inverseNorms = new Float32Array(1024);
  let cosines = new Float32Array(0);

  function add(rowid: number, key: Int8Array): void {
    if (count === rowids.length) {
      rowids = grown(rowids, new Float64Array(2 * count));
      inverseNorms = grown(inverseNorms, new Float32Array(2 * count));
    }
    rowids[count] = rowid;
    inverseNorms[count] = 1 / lengthOf(key);
    products.push(key);
    count++;
  }

  return {
    update() {
      for (const [rowid, key] of keyRows(db, table, keyDim, count === 0 ? -1 : rowids[count - 1]!)) add(rowid, key);
    },
    slotsOf(wanted) {
      const slots = new Int32Array(wanted.length);
      for (let at = 0, slot = 0; at < wanted.length; at++) {
        if (rowids[slot] !== wanted[at]) slot = countNotAbove(rowids, count, wanted[at]!) - 1;
        if (rowids[slot] !== wanted[at]) throw new StoreError('missing-object', `the key of row ${wanted[at]} is gone: open the tree again after "hefc gc"`);
        slots[at] = slot++;
      }
      return slots;
    },
    cosines(query) {
      if (cosines.length < count) cosines = new Float32Array(rowids.length);
      const inverse = 1 / lengthOf(query);
      products.each(query, (dots, first) => {
        for (let at = 0; at < dots.length; at++) {
          const scale = inverseNorms[first + at]!;
          cosines[first + at] = scale === Infinity ? -Infinity : dots[at]! * scale * inverse;
        }
      });
      return cosines;
    },
    key: (slot) => products.at(slot),
  };
}

function lengthOf(key: Int8Array): number {
  let square = 0;
  for (let at = 0; at < key.length; at++) square += key[at]! * key[at]!;
  return Math.sqrt(square);
}

function grown<T extends Float64Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
