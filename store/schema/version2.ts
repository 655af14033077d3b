import type { Database } from 'better-sqlite3';
import { createVectorTables } from './searchTables.js';

/**
 * Keys move out of the rows of chunks, files and directories into the vec0 tables, which held only their sign bits:
 * a search that scores every key needs them side by side, and the large rows get shorter.
 */
export function version2(db: Database): void {
  const keyDim = db.prepare<[], number>('select length(key) from directory limit 1').pluck().get();
  // Without a tree nothing was finished that would be missed: opening the store finds no shapes and starts afresh.
  if (keyDim === undefined) {
    db.exec("drop table if exists chunk_bits; drop table if exists node_bits; delete from meta where key = 'shapes';");
  } else {
    createVectorTables(db, keyDim);
    db.exec(`
      insert into chunk_keys (rowid, key) select id, vec_int8(key) from chunk order by id;
      insert into file_keys (rowid, key) select id, vec_int8(file_key) from blob where file_key is not null order by id;
      insert into directory_keys (rowid, key) select id, vec_int8(key) from directory order by id;
      drop table chunk_bits;
      drop table node_bits;
    `);
  }
  db.exec('alter table chunk drop column key; alter table blob drop column file_key; alter table directory drop column key;');
}
