import type { Database } from 'better-sqlite3';
import { liveDirectories } from './reachable.js';
import { rebuildVectorTables } from './schema/searchTables.js';
import { databaseBytes } from './stats.js';

/**
 * Deletes what no ref reaches, in one transaction, then compacts the file. Each step is atomic: killed in between, the
 * database is whole and merely larger than it need be. What an unfinished index has put so far is reached by no ref and
 * goes too, so collect when no index is running. Blobs that were skipped for their content stand in no directory and
 * go as well: the next change beside them reads them again.
 */
export function collect(db: Database, path: string, keyDim: number): { blobs: number; directories: number; bytesFreed: number } {
  db.pragma('wal_checkpoint(TRUNCATE)');
  const before = databaseBytes(path);
  const deleted = db.transaction(() => deleteUnreached(db, keyDim)).immediate();
  // A kill between deleting and compacting leaves free pages behind, so look at those too.
  if (deleted.blobs + deleted.directories > 0 || worthCompacting(db)) db.exec('vacuum');
  db.pragma('wal_checkpoint(TRUNCATE)');
  return { ...deleted, bytesFreed: Math.max(0, before - databaseBytes(path)) };
}

/** One page in twenty free: for less, rewriting the whole file would be a waste. */
function worthCompacting(db: Database): boolean {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  const pages = db.pragma('page_count', { simple: true }) as number;
  return free * 20 > pages;
}

function deleteUnreached(db: Database, keyDim: number): { blobs: number; directories: number } {
  db.exec('create temp table if not exists dead_directory (id integer primary key); delete from temp.dead_directory;');
  db.exec('create temp table if not exists dead_blob (id integer primary key, first integer, count integer); delete from temp.dead_blob;');
  const directories = db.prepare(
    `${liveDirectories} insert into temp.dead_directory select id from directory where id not in (select id from live_directory)`,
  ).run().changes;
  const blobs = db.prepare(
    `insert into temp.dead_blob select id, first_chunk, chunk_count from blob where id not in (
      select child from directory_entry where kind = 0 and directory not in (select id from temp.dead_directory))`,
  ).run().changes;
  if (directories + blobs > 0) {
    db.exec(`
      delete from chunk_terms where rowid in (
        select chunk.id from temp.dead_blob join chunk on chunk.id between first and first + count - 1);
      delete from chunk where id in (
        select chunk.id from temp.dead_blob join chunk on chunk.id between first and first + count - 1);
      delete from blob where id in (select id from temp.dead_blob);
      delete from directory_entry where directory in (select id from temp.dead_directory);
      delete from directory where id in (select id from temp.dead_directory);
      insert into chunk_terms (chunk_terms) values ('optimize');
    `);
    rebuildVectorTables(db, keyDim);
  }
  db.exec('delete from temp.dead_directory; delete from temp.dead_blob;');
  return { blobs, directories };
}
