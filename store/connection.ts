import Database from 'better-sqlite3';
import * as sqliteVec from 'sqlite-vec';
import { StoreError } from './errors.js';
import { guarded } from './sqliteErrors.js';

/** Marks the file as hefc's ("hefc" in ASCII), so that another program's database is never taken for ours. */
export const applicationId = 0x68656663;

/** A chunk's row is about half a KB: pages of 4 KB would leave a seventh of the file empty, larger ones cost more to write. */
const pageBytes = 8192;
const busyMilliseconds = 5000;
/** Grow the write-ahead log to about 8 MB before folding it into the database. */
const checkpointPages = 1000;

/**
 * Opens and checks the file. Errors: corrupt (also another program's database), native-part, read-only, busy.
 */
export function connect(path: string, maxBytes?: number): Database.Database {
  const db = guarded(path, () => new Database(path, { timeout: busyMilliseconds }));
  try {
    guarded(path, () => {
      db.pragma(`page_size = ${pageBytes}`);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('foreign_keys = OFF');
      db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
      if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
      checkOwner(path, db);
    });
    loadVectors(db);
    guarded(path, () => checkPages(path, db));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkOwner(path: string, db: Database.Database): void {
  const id = db.pragma('application_id', { simple: true });
  const tables = db.prepare('select count(*) from sqlite_master').pluck().get();
  if (id === applicationId || (id === 0 && tables === 0)) return;
  throw new StoreError('corrupt', `${path} is not a database of hefc: it is set aside and rebuilt`);
}

/** Stops at the first fault; one sequential read of the file. */
function checkPages(path: string, db: Database.Database): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict === 'ok') return;
  throw new StoreError('corrupt', `the database ${path} is damaged (${String(verdict)}): it is set aside and rebuilt`);
}

function loadVectors(db: Database.Database): void {
  try {
    sqliteVec.load(db);
  } catch (error) {
    throw new StoreError('native-part', `sqlite-vec could not be loaded (${(error as Error).message}): reinstall hefc for this platform`, { cause: error });
  }
}
