import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { schemaVersion } from '../../store/schema/migrate.js';
import { oidOf, openAt, temporaryFolder } from './fixtures.js';
import { fixtureIdentity, fixturePath, putFixture } from './schemaFixture.js';

const test = suite('schemas');
/** What every fixture holds, by ref. */
const digests = {
  'refs/heads/branch': 'e6c9db689fde103c530c325002baf7bae23c0a3fcb8048458d9362e353a6e37f',
  'refs/heads/main': '703d103896d5ea9a3f00e1de51c82e20de141980f0c3e32a776474489f8d3fb9',
  'refs/heads/partial': '48ed1d3b90cdff6697af33673d906422ccb60d436d84e2391ece8a27e283c13d',
};
const names = ['load_file0', 'save_node1', 'parse_tree2'];

/** A folder with a copy of a fixture, for openAt. */
function copyFixture(schema: number): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'hefc'), { mode: 0o700 });
  const path = join(folder, 'hefc', 'hefc.db');
  copyFileSync(fixturePath(schema), path);
  const db = new Database(path, { readonly: true });
  assert.is(db.pragma('user_version', { simple: true }), schema);
  db.close();
  return folder;
}

for (let schema = 1; schema <= schemaVersion; schema++) {
  test(`a database of schema ${schema} opens with everything in it`, () => {
    const folder = copyFixture(schema);
    const store = openAt(folder, fixtureIdentity);
    assert.is(store.quarantined, null);
    assert.equal(Object.fromEntries(store.refs().map(({ ref, root }) => [ref, store.digest(root)])), digests);
    assert.is(store.counters().hooks, 7);
    assert.is(store.blobSummary(oidOf('blob 100'), '')!.skip, 'secret-like');
    assert.equal(store.stats().skipped, { binary: 1, 'secret-like': 1 });
    store.close();
  });

  test(`a database of schema ${schema} answers as one made today`, () => {
    const fresh = openAt(temporaryFolder(), fixtureIdentity);
    const roots = putFixture(fresh);
    const folder = copyFixture(schema);
    const store = openAt(folder, fixtureIdentity);
    const key = Float32Array.from({ length: fixtureIdentity.shapes.keyDim }, (_, at) => Math.sin(at));
    for (const root of roots) {
      const [old, today] = [store, fresh].map((one) => {
        const view = one.openView(root);
        const places = (hits: { path: string; score: number }[]): unknown => hits.map(({ path, score }) => [path, score]);
        return {
          files: view.files().map(({ path, oid }) => [path, oid]),
          lexical: places(view.searchLexical(names, 5, '')), chunks: places(view.searchChunks(key, 5, '')), nodes: places(view.searchNodes(key, 5, '')),
          lines: [...view.lineHashes()],
        };
      });
      assert.ok(old!.files.length > 1 && old!.lines.length === old!.files.length);
      assert.equal(old, today);
    }
    assert.equal(putFixture(store).map((root) => store.digest(root)), roots.map((root) => fresh.digest(root)));
    store.close();
    fresh.close();
  });
}

test('an index that was under way under schema 1 goes on with what it had fused', () => {
  const folder = copyFixture(1);
  const db = new Database(join(folder, 'hefc', 'hefc.db'));
  db.exec('delete from ref; delete from directory_entry; delete from directory');
  db.close();
  const fresh = openAt(temporaryFolder(), fixtureIdentity);
  const roots = putFixture(fresh);
  const store = openAt(folder, fixtureIdentity);
  assert.ok(store.stats().blobs > 4 && store.stats().chunks > 4);
  assert.equal(putFixture(store).map((root) => store.digest(root)), roots.map((root) => fresh.digest(root)));
  store.close();
  fresh.close();
});

test.run();
