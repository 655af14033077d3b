import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { liveDirectories } from './reachable.js';
import type { StoreStats } from './types.js';

interface BlobTotals {
  blobs: number;
  chunks: number;
  files: number;
  bytes: number;
}

/**
 * chunks, nodes, blobs and source_bytes count all that is stored (skipped content is no source); skipped counts the
 * entries of the directories that refs reach, each directory once.
 */
export function readStats(db: Database, path: string): StoreStats {
  const totals = db
    .prepare<[], BlobTotals>(
      `select count(*) as blobs, coalesce(sum(chunk_count), 0) as chunks, count(file_memory) as files,
        coalesce(sum(case when skip is null then bytes else 0 end), 0) as bytes from blob`,
    )
    .get()!;
  const directories = db.prepare<[], number>('select count(*) from directory').pluck().get()!;
  const skipped = db
    .prepare<[], { reason: string; count: number }>(
      `${liveDirectories} select reason, count(*) as count from live_directory
       join directory_entry on directory = live_directory.id where kind = 2 group by reason order by reason`,
    )
    .all();
  return {
    chunks: totals.chunks,
    nodes: totals.files + directories,
    db_bytes: databaseBytes(path),
    source_bytes: totals.bytes,
    blobs: totals.blobs,
    skipped: Object.fromEntries(skipped.map((row) => [row.reason, row.count])),
  };
}

/** Bytes on disk of the database and its write-ahead log. */
export function databaseBytes(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
