import type { Database } from 'better-sqlite3';
import { bitLength } from '../signBits.js';

/**
 * The search tables can be made again from the others (vectors) or with them (text), so they are no part of the
 * numbered migrations: the vec0 tables follow the key length of the model in use.
 *
 * chunk_terms: contentless FTS5, row id = chunk id, one document the terms of store/terms.ts; `detail=none` keeps only
 * which chunks hold a term, all that distinct terms need.
 * chunk_bits, node_bits: the sign bit of each key component. A node's row id is 2·blob id for a file,
 * 2·directory id + 1 for a directory.
 */
export function createTextTable(db: Database): void {
  db.exec(`create virtual table chunk_terms using fts5(
    terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_$'"
  )`);
}

export function createVectorTables(db: Database, keyDim: number): void {
  db.exec(`create virtual table chunk_bits using vec0(bits bit[${bitLength(keyDim)}]);
    create virtual table node_bits using vec0(bits bit[${bitLength(keyDim)}]);`);
}

export function dropTextTable(db: Database): void {
  db.exec('drop table if exists chunk_terms');
}

export function dropVectorTables(db: Database): void {
  db.exec('drop table if exists chunk_bits; drop table if exists node_bits;');
}

/** Fresh vector tables from the stored keys: deleting rows from vec0 frees almost nothing. Run inside a transaction. */
export function rebuildVectorTables(db: Database, keyDim: number): void {
  dropVectorTables(db);
  createVectorTables(db, keyDim);
  db.exec(`
    insert into chunk_bits (rowid, bits) select id, vec_bit(sign_bits(key)) from chunk order by id;
    insert into node_bits (rowid, bits)
      select 2 * id, vec_bit(sign_bits(file_key)) from blob where file_key is not null order by id;
    insert into node_bits (rowid, bits) select 2 * id + 1, vec_bit(sign_bits(key)) from directory order by id;
  `);
}
