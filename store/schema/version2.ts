import type { Database } from 'better-sqlite3';

/**
 * Keys move out of the rows of chunks, files and directories into the vec0 tables, which held only their sign bits:
 * a search that scores every key needs them side by side, and the large rows get shorter.
 */
export function version2(db: Database): void {
  const keyDim = db.prepare<[], number>('select length(key) from (select key from directory union all select key from chunk) limit 1').pluck().get();
  if (keyDim === undefined) {
    // Nothing is stored whose keys could be kept: opening the store finds no shapes and makes the tables.
    db.exec("drop table if exists chunk_bits; drop table if exists node_bits; delete from meta where key = 'shapes';");
  } else {
    db.exec(`
      create virtual table chunk_keys using vec0(key int8[${keyDim}], chunk_size=256);
      create virtual table file_keys using vec0(key int8[${keyDim}], chunk_size=256);
      create virtual table directory_keys using vec0(key int8[${keyDim}], chunk_size=256);
      insert into chunk_keys (rowid, key) select id, vec_int8(key) from chunk order by id;
      insert into file_keys (rowid, key) select id, vec_int8(file_key) from blob where file_key is not null order by id;
      insert into directory_keys (rowid, key) select id, vec_int8(key) from directory order by id;
      drop table chunk_bits;
      drop table node_bits;
    `);
  }
  db.exec('alter table chunk drop column key; alter table blob drop column file_key; alter table directory drop column key;');
}
