import type { Database } from 'better-sqlite3';
import { createTextTable, createVectorTables, dropTextTable, dropVectorTables, rebuildVectorTables } from './schema/searchTables.js';
import { schemaVersion } from './schema/migrate.js';
import type { StoreOptions } from './types.js';

/**
 * Makes the database hold what this model and chunker derive. Rows of another model or chunker are deleted (they can be
 * derived again; counters stay); another sqlite-vec version only copies the keys into tables of its own making.
 */
export function adoptIdentity(db: Database, options: StoreOptions): void {
  const wanted = identity(db, options);
  const change = compare(readMeta(db), wanted);
  if (change === 'none') return;
  db.transaction(() => {
    // Under the lock: another process may have made the change already.
    const now = compare(readMeta(db), wanted);
    if (now === 'none') return;
    if (now === 'derived') resetDerived(db, options.shapes.keyDim);
    else if (now === 'vectors') rebuildVectorTables(db, options.shapes.keyDim);
    writeMeta(db, wanted);
  }).immediate();
  if (change === 'derived') db.exec('vacuum');
}

function identity(db: Database, options: StoreOptions): Record<string, string> {
  return {
    schema: String(schemaVersion),
    model: options.modelId,
    chunker: options.chunkerId,
    shapes: `memory ${options.shapes.memoryDim} key ${options.shapes.keyDim}`,
    'sqlite-vec': String(db.prepare('select vec_version()').pluck().get()),
    sqlite: String(db.prepare('select sqlite_version()').pluck().get()),
  };
}

function compare(found: Map<string, string>, wanted: Record<string, string>): 'none' | 'note' | 'vectors' | 'derived' {
  const differs = (key: string): boolean => found.get(key) !== wanted[key];
  if (['model', 'chunker', 'shapes'].some(differs)) return 'derived';
  if (differs('sqlite-vec')) return 'vectors';
  return Object.keys(wanted).some(differs) ? 'note' : 'none';
}

function resetDerived(db: Database, keyDim: number): void {
  dropTextTable(db);
  dropVectorTables(db);
  db.exec('delete from ref; delete from directory_entry; delete from directory; delete from chunk; delete from blob;');
  createTextTable(db);
  createVectorTables(db, keyDim);
}

function readMeta(db: Database): Map<string, string> {
  const rows = db.prepare<[], { key: string; value: string }>('select key, value from meta').all();
  return new Map(rows.map((row) => [row.key, row.value]));
}

function writeMeta(db: Database, values: Record<string, string>): void {
  const put = db.prepare('insert or replace into meta (key, value) values (?, ?)');
  for (const [key, value] of Object.entries(values)) put.run(key, value);
}
