import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import * as sqliteVec from 'sqlite-vec';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Store } from '../../store/types.js';
import { blobFrom, oidOf, openAt, putHead, putTree, shapes, skippedBlob, temporaryFolder, type Plan } from './fixtures.js';

const test = suite('collect');

function planOf(from: number, to: number): Plan {
  return Object.fromEntries(Array.from({ length: to - from }, (_, at) => [`d${at % 5}/f${from + at}.py`, from + at]));
}

/** Rows of every table, read by a connection of its own. */
function rowCounts(store: Store): Record<string, number> {
  const db = new Database(store.path, { readonly: true });
  sqliteVec.load(db);
  const count = (sql: string) => db.prepare(sql).pluck().get() as number;
  const counts = {
    blobs: count('select count(*) from blob'),
    chunks: count('select count(*) from chunk'),
    terms: count('select count(*) from chunk_terms'),
    chunkKeys: count('select count(*) from chunk_keys'),
    fileKeys: count('select count(*) from file_keys'),
    directoryKeys: count('select count(*) from directory_keys'),
    directories: count('select count(*) from directory'),
    entries: count('select count(*) from directory_entry'),
  };
  db.close();
  return counts;
}

test('what no ref reaches goes from every table, and the file shrinks', () => {
  const store = openAt(temporaryFolder());
  const keep = planOf(0, 20);
  const root = putTree(store, keep);
  putHead(store, 'refs/heads/main', root);
  const digest = store.digest(root);
  const only = rowCounts(store);
  putTree(store, planOf(100, 400));
  store.putBlob(skippedBlob(999, 'binary'));
  store.checkpoint();
  const before = store.stats().db_bytes;
  const collected = store.collect();
  assert.equal({ blobs: collected.blobs, directories: collected.directories }, { blobs: 301, directories: 6 });
  assert.equal(rowCounts(store), only);
  assert.is(collected.bytesFreed, before - store.stats().db_bytes);
  const fresh = openAt(temporaryFolder());
  putTree(fresh, keep);
  fresh.checkpoint();
  assert.ok(store.stats().db_bytes <= fresh.stats().db_bytes);
  fresh.close();
  assert.is(store.digest(root), digest);
  store.close();
});

test('a collected database searches as one that never held the rest', () => {
  const plan = planOf(0, 80);
  const fresh = openAt(temporaryFolder());
  const expected = fresh.openView(putTree(fresh, plan));
  const store = openAt(temporaryFolder());
  putTree(store, planOf(200, 300));
  const root = putTree(store, plan);
  putTree(store, planOf(300, 500));
  putHead(store, 'refs/heads/main', root);
  const open = store.openView(root);
  store.collect();
  for (const view of [store.openView(root), open]) {
    for (const seed of [1, 7, 33]) {
      const query = Float32Array.from(blobFrom(seed).chunks[0]!.vectors.key);
      const plain = (hits: { path: string; score: number; startLine?: number }[]) => hits.map(({ path, score, startLine }) => [path, score, startLine]);
      assert.equal(plain(view.searchChunks(query, 10, 'd1/f1.py')), plain(expected.searchChunks(query, 10, 'd1/f1.py')));
      assert.equal(plain(view.searchNodes(query, 10, '')), plain(expected.searchNodes(query, 10, '')));
      const names = blobFrom(seed).chunks[0]!.identifiers;
      assert.equal(plain(view.searchLexical(names, 10, '')), plain(expected.searchLexical(names, 10, '')));
    }
  }
  store.close();
  fresh.close();
});

test('blobs and directories that another branch or worktree reaches stay', () => {
  const store = openAt(temporaryFolder());
  const main = putTree(store, { 'a.py': 1, 'lib/b.py': 2 });
  const topic = putTree(store, { 'a.py': 1, 'lib/b.py': 2, 'lib/c.py': 3 });
  const gone = putTree(store, { 'a.py': 1, 'lib/b.py': 9 });
  putHead(store, 'refs/heads/main', main);
  putHead(store, 'refs/heads/topic', topic, '/other');
  assert.equal(rowCounts(store).blobs, 4);
  store.collect();
  assert.not.ok(store.hasDirectory(gone));
  assert.not.ok(store.hasBlob(oidOf('blob 9'), 'python'));
  assert.ok(store.hasDirectory(main) && store.hasDirectory(topic));
  store.deleteRef('/other', 'refs/heads/topic');
  const { blobs, directories } = store.collect();
  assert.equal({ blobs, directories }, { blobs: 1, directories: 2 });
  assert.type(store.digest(main), 'string');
  store.close();
});

test('no name of a collected file is left in the bytes of the database', () => {
  const store = openAt(temporaryFolder());
  putHead(store, 'refs/heads/main', putTree(store, planOf(0, 30)));
  const secret = blobFrom(77, 'python', 1);
  secret.chunks[0]!.identifiers = ['zebra_quagga_okapi'];
  store.putBlob(secret);
  store.checkpoint();
  const holds = () => ['', '-wal'].some((suffix) => readFileSync(`${store.path}${suffix}`).includes('quagga'));
  assert.ok(holds());
  store.collect();
  assert.not.ok(holds());
  store.close();
});

test('collecting twice, or with nothing to collect, does nothing', () => {
  const store = openAt(temporaryFolder());
  assert.equal(store.collect().blobs, 0);
  const root = putTree(store, planOf(0, 5));
  putHead(store, 'refs/heads/main', root);
  store.collect();
  assert.equal(store.collect(), { blobs: 0, directories: 0, bytesFreed: 0 });
  store.deleteRef('/work', 'refs/heads/main');
  assert.is(store.collect().blobs, 5);
  assert.is(rowCounts(store).chunkKeys, 0);
  store.close();
});

test('rows put after a collection never reuse the ids of collected ones', () => {
  const store = openAt(temporaryFolder());
  const stale = store.openView(putTree(store, { 'a.py': 1 }));
  const ids = stale.searchChunks(new Float32Array(shapes.keyDim).fill(1), 9, '').map((hit) => hit.id);
  store.collect();
  const view = store.openView(putTree(store, { 'b.py': 2 }));
  const fresh = view.searchChunks(new Float32Array(shapes.keyDim).fill(1), 9, '').map((hit) => hit.id);
  assert.ok(ids.length > 0 && fresh.length > 0);
  assert.ok(fresh.every((id) => !ids.includes(id)));
  assert.throws(() => stale.searchNodes(new Float32Array(shapes.keyDim).fill(1), 9, ''), /open the tree again/);
  store.close();
});

test.run();
