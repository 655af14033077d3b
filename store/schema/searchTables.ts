import type { Database } from 'better-sqlite3';

/**
 * The search tables are no part of the numbered schema, since the vec0 tables follow the key length of the model in use.
 *
 * chunk_terms: contentless FTS5, row id = chunk id, one document the terms of store/terms.ts; `detail=none` keeps only
 * which chunks hold a term, all that distinct terms need.
 * chunk_keys, file_keys, directory_keys: the int8 keys, kept nowhere else, by the id of the chunk, blob or directory.
 */
export function createTextTable(db: Database): void {
  db.exec(`create virtual table chunk_terms using fts5(
    terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_$'"
  )`);
  // Two segments of a size are merged when asked to, not four.
  db.exec("insert into chunk_terms (chunk_terms, rank) values ('usermerge', 2)");
}

/** Pages of the text index that one call merges: some ten milliseconds. */
const PAGES_A_CALL = 64;
/** FTS5 says so by changing fewer rows than this: https://www.sqlite.org/fts5.html#the_merge_command */
const NOTHING_MERGED = 2;

/** See Store.mergeTerms. */
export function createTermMerger(db: Database): () => boolean {
  const merge = db.prepare("insert into chunk_terms (chunk_terms, rank) values ('merge', ?)");
  const changes = db.prepare<[], number>('select total_changes()').pluck();
  return () => {
    const before = changes.get()!;
    merge.run(PAGES_A_CALL);
    return changes.get()! - before >= NOTHING_MERGED;
  };
}

/** Each with the table whose rows its keys belong to. */
const KEY_TABLES = { chunk_keys: 'chunk', file_keys: 'blob', directory_keys: 'directory' } as const;
export type KeyTableName = keyof typeof KEY_TABLES;
const NAMES = Object.keys(KEY_TABLES) as KeyTableName[];

/** Rows for which vec0 makes room at once; its own 1,024 would be half a megabyte in an empty database. */
const ROWS_AT_ONCE = 256;

export function createVectorTables(db: Database, keyDim: number): void {
  for (const table of NAMES) db.exec(`create virtual table ${table} using vec0(key int8[${keyDim}], chunk_size=${ROWS_AT_ONCE})`);
}

/** The column `key` of a query over the owners of these keys: null where a row has none. */
export function keyColumn(table: KeyTableName): string {
  return `(select key from ${table} where rowid = ${KEY_TABLES[table]}.id) as key`;
}

export function dropTextTable(db: Database): void {
  db.exec('drop table if exists chunk_terms');
}

export function dropVectorTables(db: Database): void {
  for (const table of NAMES) db.exec(`drop table if exists ${table}`);
}

/**
 * The same keys in fresh vec0 tables, less those of chunks, files and directories that are gone: deleting rows from vec0
 * frees almost nothing. Run inside a transaction.
 */
export function rebuildVectorTables(db: Database, keyDim: number): void {
  for (const table of NAMES) {
    const owner = KEY_TABLES[table];
    db.exec(`create temp table kept_${table} (id integer primary key, key blob not null);
      insert into temp.kept_${table} select ${owner}.id, ${table}.key from ${owner} join ${table} on ${table}.rowid = ${owner}.id`);
  }
  dropVectorTables(db);
  createVectorTables(db, keyDim);
  for (const table of NAMES) {
    db.exec(`insert into ${table} (rowid, key) select id, vec_int8(key) from temp.kept_${table} order by id; drop table temp.kept_${table}`);
  }
}
