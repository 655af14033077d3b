import type { Database } from 'better-sqlite3';
import { applicationId } from '../connection.js';
import { StoreError } from '../errors.js';
import { version1 } from './version1.js';
import { version2 } from './version2.js';

/** Step n takes a database from version n to n + 1; a step that was released is never changed. */
const migrations: readonly ((db: Database) => void)[] = [(db) => db.exec(version1), version2];

export const schemaVersion = migrations.length;

/**
 * Brings the schema to this build's version, each step in a transaction of its own.
 * Errors: newer-schema, when a later hefc wrote the file; corrupt, when no hefc did.
 */
export function migrate(db: Database, path: string): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  if (found > schemaVersion) {
    throw new StoreError(
      'newer-schema',
      `${path} was written by a newer hefc (schema ${found}; this one knows ${schemaVersion}): upgrade hefc, or run "hefc purge" to rebuild the index`,
    );
  }
  if (found < 0) throw new StoreError('corrupt', `the database ${path} is damaged (schema ${found}): it is set aside and rebuilt`);
  for (let version = found; version < schemaVersion; version++) {
    db.transaction(() => {
      // Another process may have taken this step while we waited for the lock.
      if ((db.pragma('user_version', { simple: true }) as number) > version) return;
      migrations[version]!(db);
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}
