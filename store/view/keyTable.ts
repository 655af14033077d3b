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
  /** [slots] for each slot which of the ascending row ids it holds, or -1. Errors: missing-object when a row is gone. */
  placesOf(rowids: Float64Array): Int32Array;
  /**
   * Calls back with the dot products of the query, rounded to int8, and the keys in slots first, first + 1, …, batch by batch.
   * Dot product i times inverseNorms[first + i] is the cosine but for one factor; a key of zeros, near to nothing, has NaN there.
   */
  eachProduct(query: Int8Array, take: (dots: Int32Array, inverseNorms: Float32Array, first: number) => void): void;
  /** The key in a slot, until the next update. */
  key(slot: number): Int8Array;
}

export function createKeyTable(db: Database, table: KeyTableName, keyDim: number): KeyTable {
  const products = createDotProducts(keyDim);
  let count = 0;
  // [slot], with room to grow
  let rowids = new Float64Array(1024);
  let inverseNorms = new Float32Array(1024);

  function add(rowid: number, key: Int8Array): void {
    if (count === rowids.length) {
      rowids = grown(rowids, new Float64Array(2 * count));
      inverseNorms = grown(inverseNorms, new Float32Array(2 * count));
    }
    rowids[count] = rowid;
    const length = lengthOf(key);
    inverseNorms[count] = length === 0 ? NaN : 1 / length;
    products.push(key);
    count++;
  }

  return {
    update() {
      for (const [rowid, key] of keyRows(db, table, keyDim, count === 0 ? -1 : rowids[count - 1]!)) add(rowid, key);
    },
    placesOf(wanted) {
      const places = new Int32Array(count).fill(-1);
      for (let at = 0, slot = 0; at < wanted.length; at++) {
        if (rowids[slot] !== wanted[at]) slot = countNotAbove(rowids, count, wanted[at]!) - 1;
        if (rowids[slot] !== wanted[at]) throw new StoreError('missing-object', `the key of row ${wanted[at]} is gone: open the tree again after "hefc gc"`);
        places[slot++] = at;
      }
      return places;
    },
    eachProduct(query, take) {
      products.each(query, (dots, first) => take(dots, inverseNorms, first));
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
