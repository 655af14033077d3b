import Database from 'better-sqlite3';
import { StoreError } from './errors.js';

/** Runs work on the database, turning SQLite's errors into StoreError. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(path, error);
  }
}

/** True for the errors that mean the file itself is damaged. */
export function isCorruption(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'corrupt';
}

function translate(path: string, error: unknown): unknown {
  if (error instanceof TypeError && error.message.includes('connection is not open')) {
    return new StoreError('closed', `the database ${path} is closed: open the store again`, { cause: error });
  }
  if (!(error instanceof Database.SqliteError)) return error;
  const code = error.code;
  const cause = { cause: error };
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new StoreError('disk-full', `no space is left for ${path}: free some disk space and try again`, cause);
  }
  // Every statement is our own and fixed, so one that SQLite cannot make sense of means that the schema it stands on, or
  // a virtual table's own rows, are damaged: plain SQLITE_ERROR, with no code of its own.
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_ERROR') {
    return new StoreError('corrupt', `the database ${path} is damaged (${error.message}): reopen it, and it is set aside and rebuilt`, cause);
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    return new StoreError('read-only', `the database ${path} cannot be written (${error.message}): check the permissions of its folder`, cause);
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StoreError('busy', `another process keeps ${path} locked: stop it, or try again`, cause);
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new StoreError('io', `reading or writing ${path} failed (${error.message}): check the disk`, cause);
  }
  return error;
}
