import type { Database } from 'better-sqlite3';
import type { KeyTableName } from '../schema/searchTables.js';
import { createKeyTable, type KeyTable } from './keyTable.js';
import { createPostings, type Postings } from './postings.js';
import { createTermCounts, type TermCounts } from './termCounts.js';

/** What has been read of a database's search tables, for every view of it: worktrees share one database. */
export interface SharedRows {
  postings: Postings;
  counts: TermCounts;
  keys: Record<KeyTableName, KeyTable>;
}

const known = new WeakMap<Database, SharedRows>();

export function sharedRows(db: Database, keyDim: number): SharedRows {
  let rows = known.get(db);
  if (!rows) {
    const table = (name: KeyTableName): KeyTable => createKeyTable(db, name, keyDim);
    rows = { postings: createPostings(db), counts: createTermCounts(db), keys: { chunk_keys: table('chunk_keys'), file_keys: table('file_keys'), directory_keys: table('directory_keys') } };
    known.set(db, rows);
  }
  return rows;
}

/** For views opened from now on: rows that were collected are of no use to them. */
export function forgetRows(db: Database): void {
  known.delete(db);
}
