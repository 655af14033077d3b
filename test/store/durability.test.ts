import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StoreError } from '../../store/errors.js';
import { schemaVersion } from '../../store/schema/migrate.js';
import type { Store } from '../../store/types.js';
import { networkFilesystem, refuseNetworkFilesystem } from '../../store/folder.js';
import { isOneLineWithFix, numbersFrom, openAt, putHead, putTree, refusalOf, shapes, temporaryFolder, type Plan } from './fixtures.js';

const test = suite('durability');
const plan: Plan = Object.fromEntries(Array.from({ length: 60 }, (_, seed) => [`d${seed % 3}/f${seed}.py`, seed]));

/** A folder with a database of 60 files, closed; its digest and the path of the database. */
function filled(): { folder: string; path: string; digest: string } {
  const folder = temporaryFolder();
  const store = openAt(folder);
  const root = putTree(store, plan);
  putHead(store, 'refs/heads/main', root);
  const digest = store.digest(root);
  store.close();
  return { folder, path: store.path, digest };
}

/** Opens a damaged database: it must be set aside whole, and the fresh one must take the tree again. */
function checkQuarantine(folder: string, digest: string): void {
  const store = openAt(folder);
  assert.type(store.quarantined, 'string');
  assert.match(basename(store.quarantined!), /^hefc\.db\.corrupt-\d{4}-/);
  assert.ok(existsSync(store.quarantined!));
  assert.equal(store.refs(), []);
  assert.is(store.digest(putTree(store, plan)), digest);
  store.close();
  const again = openAt(folder);
  assert.is(again.quarantined, null);
  again.close();
}

function overwrite(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

test('a database whose header is destroyed is set aside and rebuilt', () => {
  const { folder, path, digest } = filled();
  overwrite(path, 0, Buffer.alloc(64, 0xa5));
  checkQuarantine(folder, digest);
});

test('a database with flipped pages is set aside and rebuilt', () => {
  const { folder, path, digest } = filled();
  const next = numbersFrom(1);
  const size = readFileSync(path).length;
  const page = 8192;
  for (let at = page; at < size; at += page) {
    if (next() < 0.3) overwrite(path, at, Buffer.from(Array.from({ length: page }, () => Math.floor(next() * 256))));
  }
  checkQuarantine(folder, digest);
});

test('whatever byte is flipped, the store opens and answers, or says why not', () => {
  const { folder, path } = filled();
  const good = readFileSync(path);
  const next = numbersFrom(Date.now());
  const names = ['load_file0', 'save_node1', 'parse_tree2'];
  const outcomes = { whole: 0, refused: 0, quarantined: 0 };
  for (let round = 0; round < 60; round++) {
    const bad = Buffer.from(good);
    // Every other time near the start of a page, where its structure is.
    const at = round % 2 === 0 ? Math.floor(next() * bad.length) : Math.floor((next() * bad.length) / 8192) * 8192 + Math.floor(next() * 64);
    bad[at]! ^= 1 << Math.floor(next() * 8);
    writeFileSync(path, bad);
    let store: Store | undefined;
    try {
      store = openAt(folder);
      if (store.quarantined) outcomes.quarantined++;
      const root = store.refs()[0]?.root ?? putTree(store, plan);
      store.digest(root);
      const view = store.openView(root);
      for (const hit of view.searchLexical(names, 5, '')) view.vectors(hit);
      view.searchChunks(new Float32Array(shapes.keyDim).fill(1), 5, '');
      putTree(store, { 'new.py': 500 });
      outcomes.whole++;
    } catch (error) {
      assert.instance(error, StoreError);
      outcomes.refused++;
    } finally {
      store?.close();
    }
  }
  assert.ok(outcomes.whole > 0 && outcomes.quarantined > 0, JSON.stringify(outcomes));
});

test('a schema that SQLite reads but our statements no longer fit is set aside and rebuilt', () => {
  const damages = [
    'pragma user_version = -1',
    'pragma user_version = 0',
    "pragma writable_schema = on; update sqlite_master set sql = replace(sql, 'memory blob not null', 'memorz blob not null') where name = 'chunk'",
    "pragma writable_schema = on; update sqlite_master set sql = replace(sql, 'content', 'contenu') where name = 'chunk_terms'",
    "update chunk_terms_config set v = 0 where k = 'version'",
  ];
  for (const damage of damages) {
    const { folder, path, digest } = filled();
    const db = new Database(path);
    db.unsafeMode(true);
    db.exec(damage);
    db.close();
    checkQuarantine(folder, digest);
  }
});

test('a truncated database is set aside and rebuilt, wherever it is cut', () => {
  for (const share of [0.03, 0.5, 0.9]) {
    const { folder, path, digest } = filled();
    truncateSync(path, Math.floor(readFileSync(path).length * share));
    checkQuarantine(folder, digest);
  }
});

test('an empty database file is simply filled', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'hefc'));
  writeFileSync(join(folder, 'hefc', 'hefc.db'), '');
  const store = openAt(folder);
  assert.is(store.quarantined, null);
  assert.is(store.stats().blobs, 0);
  store.close();
});

test('only the latest quarantined database is kept', () => {
  const { folder, path, digest } = filled();
  for (let round = 0; round < 2; round++) {
    overwrite(path, 0, Buffer.alloc(64, 0xa5));
    checkQuarantine(folder, digest);
  }
  assert.is(readdirSync(dirname(path)).filter((name) => /corrupt-[^.]*$/.test(name)).length, 1);
});

test('the database of another program is not taken for ours', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'hefc'));
  const other = new Database(join(folder, 'hefc', 'hefc.db'));
  other.exec('create table theirs (x); insert into theirs values (42)');
  other.close();
  const store = openAt(folder);
  const kept = new Database(store.quarantined!, { readonly: true });
  assert.is(kept.prepare('select x from theirs').pluck().get(), 42);
  kept.close();
  store.close();
});

test('a newer schema is refused, left alone, and the message names the way out', () => {
  const { folder, path, digest } = filled();
  const newer = new Database(path);
  newer.pragma('user_version = 99');
  newer.close();
  const error = refusalOf(() => openAt(folder));
  assert.ok(isOneLineWithFix(error, 'newer-schema'));
  assert.match(error.message, /upgrade hefc, or run "hefc purge"/);
  const back = new Database(path);
  assert.is(back.pragma('user_version', { simple: true }), 99);
  back.pragma(`user_version = ${schemaVersion}`);
  back.close();
  const store = openAt(folder);
  assert.is(store.digest(store.refs()[0]!.root), digest);
  store.close();
});

test('another model, chunker or shape empties the index but keeps the counters', () => {
  for (const change of [{ modelId: 'model-b' }, { chunkerId: 'chunker-2' }, { shapes: { ...shapes, keyDim: 32 } }, { shapes: { ...shapes, memoryDim: 8 } }]) {
    const { folder, digest } = filled();
    const first = openAt(folder);
    first.bump({ hooks: 3 });
    first.close();
    const store = openAt(folder, change);
    assert.is(store.quarantined, null);
    const { chunks, nodes, blobs } = store.stats();
    assert.equal({ chunks, nodes, blobs, refs: store.refs() }, { chunks: 0, nodes: 0, blobs: 0, refs: [] });
    assert.is(store.counters().hooks, 3);
    store.close();
    const back = openAt(folder);
    assert.is(back.digest(putTree(back, plan)), digest);
    assert.ok(back.openView(putTree(back, plan)).searchLexical(['load_file0', 'save_node1'], 5, '').length > 0);
    back.close();
  }
});

test('another sqlite-vec only remakes the vector tables', () => {
  const { folder, path, digest } = filled();
  const key = new Float32Array(shapes.keyDim).map((_, at) => Math.sin(at));
  const search = (): unknown => {
    const store = openAt(folder);
    const root = store.refs()[0]!.root;
    assert.is(store.digest(root), digest);
    const view = store.openView(root);
    const found = [view.searchChunks(key, 5, ''), view.searchNodes(key, 5, '')];
    store.close();
    return found;
  };
  const before = search();
  const db = new Database(path);
  db.prepare("update meta set value = 'v0.0.1' where key = 'sqlite-vec'").run();
  db.close();
  assert.equal(search(), before);
  const after = new Database(path, { readonly: true });
  assert.is.not(after.prepare("select value from meta where key = 'sqlite-vec'").pluck().get(), 'v0.0.1');
  after.close();
});

test('when no space is left the write fails whole and the database stays good', () => {
  const folder = temporaryFolder();
  const store = openAt(folder, { maxBytes: 400_000 });
  let written = 0;
  const error = refusalOf(() => {
    for (; written < 5000; written++) putTree(store, { 'a.py': written });
  });
  assert.ok(isOneLineWithFix(error, 'disk-full'));
  assert.ok(written > 2);
  store.close();
  const again = openAt(folder);
  assert.is(again.quarantined, null);
  const fresh = openAt(temporaryFolder());
  for (const seed of [0, written - 1, written]) {
    assert.is(again.digest(putTree(again, { 'a.py': seed })), fresh.digest(putTree(fresh, { 'a.py': seed })));
  }
  again.close();
  fresh.close();
});

test('a .git that cannot be written is refused as read-only', () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o555);
  // Root may write anywhere, so as root the attempt is made by a child without its rights.
  if (process.getuid?.() === 0) {
    chmodSync(dirname(folder), 0o1777);
    const source = `
      const { prepareFolder } = await import(process.argv[1]);
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      try { prepareFolder(process.argv[2] + '/hefc', process.argv[2] + '/hefc/hefc.db'); } catch (error) { console.log(JSON.stringify(error)); }`;
    const module = fileURLToPath(new URL('../../store/folder.js', import.meta.url));
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', source, module, folder], { encoding: 'utf8' });
    const error = JSON.parse(child.stdout) as { code: string; message: string };
    assert.is(error.code, 'read-only');
    assert.match(error.message, /cannot be written \(EACCES\): give yourself write permission/);
  } else {
    assert.ok(isOneLineWithFix(refusalOf(() => openAt(folder)), 'read-only'));
  }
  chmodSync(folder, 0o755);
});

test('a link planted where the folder or the database should be is not followed', () => {
  const folder = temporaryFolder();
  const elsewhere = temporaryFolder();
  symlinkSync(elsewhere, join(folder, 'hefc'));
  assert.ok(isOneLineWithFix(refusalOf(() => openAt(folder)), 'unsafe-folder'));
  assert.equal(readdirSync(elsewhere), []);
  const second = temporaryFolder();
  mkdirSync(join(second, 'hefc'));
  writeFileSync(join(elsewhere, 'victim'), 'precious');
  symlinkSync(join(elsewhere, 'victim'), join(second, 'hefc', 'hefc.db'));
  assert.ok(isOneLineWithFix(refusalOf(() => openAt(second)), 'unsafe-folder'));
  assert.is(readFileSync(join(elsewhere, 'victim'), 'utf8'), 'precious');
});

test('network file systems are known by their numbers and refused', () => {
  const known = [0x6969, 0x517b, 0xff534d42, 0xfe534d42].map(networkFilesystem);
  assert.equal(known, ['NFS', 'SMB', 'CIFS', 'SMB2']);
  // statfs may hand the number back signed.
  assert.is(networkFilesystem(0xff534d42 | 0), 'CIFS');
  assert.is(networkFilesystem(0xef53), undefined);
  if (process.platform !== 'linux') return;
  const error = refusalOf(() => refuseNetworkFilesystem('/home/me/.git/hefc', () => ({ type: 0x6969 })));
  assert.ok(isOneLineWithFix(error, 'network-filesystem'));
  refuseNetworkFilesystem('/home/me/.git/hefc', () => ({ type: 0xef53 }));
});

test.run();
