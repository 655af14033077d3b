/** Writes the fixture of this build's schema: `node dist/test/store/makeFixture.js`, once, when a schema is new. */
import { copyFileSync, constants, mkdirSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore } from '../../store/open.js';
import { schemaVersion } from '../../store/schema/migrate.js';
import { fixtureIdentity, fixturePath, putFixture } from './schemaFixture.js';

/** Two dozen tables of a few rows each take a page apiece; the size of pages is no part of a schema. */
function halvePages(path: string): void {
  const db = new Database(path);
  db.pragma('journal_mode = DELETE');
  db.pragma('page_size = 4096');
  db.exec('vacuum');
  db.close();
}

const folder = mkdtempSync(join(tmpdir(), 'hefc-fixture-'));
try {
  const store = openStore({ directory: join(folder, 'hefc'), ...fixtureIdentity });
  const digests = putFixture(store).map((root) => store.digest(root));
  store.close();
  halvePages(store.path);
  const target = fixturePath(schemaVersion);
  mkdirSync(dirname(target), { recursive: true });
  // A schema that was released stays as it was written.
  copyFileSync(store.path, target, constants.COPYFILE_EXCL);
  console.log(`${target}\n${digests.join('\n')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
