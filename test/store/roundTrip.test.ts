import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explainSkip, skipReasons } from '../../store/skips.js';
import { blobFrom, isOneLineWithFix, numbersFrom, oidOf, openAt, putHead, putTree, refusalOf, shapes, skippedBlob, temporaryFolder, vectorsFrom } from './fixtures.js';

const test = suite('store');

test('what was put comes back bit for bit, also after reopening', () => {
  const folder = temporaryFolder();
  const record = blobFrom(3);
  const store = openAt(folder);
  const root = putTree(store, { 'src/a.py': 3 });
  store.close();
  const again = openAt(folder);
  assert.equal(again.blobSummary(record.oid, 'python'), { skip: null, file: record.file });
  const view = again.openView(root);
  const hits = view.searchChunks(Float32Array.from(record.chunks[0]!.vectors.key), 10, '');
  assert.is(hits.length, record.chunks.length);
  for (const hit of hits) {
    const chunk = record.chunks[hit.startLine! / 5]!;
    assert.equal(view.vectors(hit), chunk.vectors);
    assert.equal(view.chunkRange(hit), { oid: record.oid, startByte: chunk.startByte, endByte: chunk.endByte });
    assert.is(hit.endLine, chunk.endLine);
  }
  assert.equal([...view.lineHashes()], [{ path: 'src/a.py', oid: record.oid, hashes: record.lineHashes }]);
  assert.equal(again.directoryVectors(root)?.scales.length, 2);
  again.close();
});

test('a second index of the same tree misses no blob and no directory', () => {
  const store = openAt(temporaryFolder());
  const names = [1, 2, 2, 5].map((seed) => ({ oid: oidOf(`blob ${seed}`), language: 'python' }));
  assert.is(store.missingBlobs(names).length, 3);
  const root = putTree(store, { 'a.py': 1, 'b/c.py': 2, 'b/d.py': 5 });
  assert.equal(store.missingBlobs(names), []);
  assert.equal(store.missingBlobs([{ oid: names[0]!.oid, language: 'c' }]), [{ oid: names[0]!.oid, language: 'c' }]);
  assert.ok(store.hasDirectory(root));
  assert.not.ok(store.hasDirectory({ ...root, scope: 'x' }));
  store.close();
});

test('putting what is there already changes nothing', () => {
  const store = openAt(temporaryFolder());
  const root = putTree(store, { 'a.py': 1, 'b.py': 2 });
  const before = { stats: store.stats().chunks, digest: store.digest(root) };
  putTree(store, { 'a.py': 1, 'b.py': 2 });
  assert.equal({ stats: store.stats().chunks, digest: store.digest(root) }, before);
  store.close();
});

test('a skipped blob keeps its reason and has no vectors', () => {
  const store = openAt(temporaryFolder());
  store.putBlob(skippedBlob(9, 'minified'));
  assert.equal(store.blobSummary(oidOf('blob 9'), ''), { skip: 'minified', file: null });
  assert.is(refusalOf(() => store.putBlob({ ...blobFrom(4), skip: 'binary' })).code, 'bad-vectors');
  assert.is(store.blobSummary(oidOf('blob 77'), ''), undefined);
  store.close();
});

test('every skip reason has an explanation of its own', () => {
  assert.is(new Set(skipReasons.map(explainSkip)).size, skipReasons.length);
  assert.is(skipReasons.length, 11);
});

test('the digest does not depend on the order of writing or on what else is stored', () => {
  const plan = { 'a.py': 1, 'lib/b.py': 2, 'lib/deep/c.py': 3, 'lib/deep/d.py': 1, 'z.py': 7 };
  const digests = [1, 2, 3].map((seed) => {
    const store = openAt(temporaryFolder());
    if (seed > 1) putTree(store, { 'other.py': 40 + seed, 'x/y.py': 3 });
    const digest = store.digest(putTree(store, plan, numbersFrom(seed)));
    store.close();
    return digest;
  });
  assert.match(digests[0]!, /^[0-9a-f]{64}$/);
  assert.is(new Set(digests).size, 1);
});

test('the digest tells a changed vector, scale, key, identifier, line hash and name apart', () => {
  const original = blobFrom(1, 'python', 2);
  const changed = (change: (record: ReturnType<typeof blobFrom>) => void) => {
    const record = structuredClone(original);
    change(record);
    return record;
  };
  const records = [
    original,
    changed((record) => void (record.chunks[1]!.vectors.memory[5]! ^= 1)),
    changed((record) => void (record.chunks[0]!.vectors.scales[0]! *= 1.5)),
    changed((record) => void (record.chunks[0]!.vectors.key[0]! ^= 1)),
    changed((record) => void record.chunks[0]!.identifiers.push('another_name')),
    changed((record) => void (record.lineHashes[0]! ^= 1)),
    changed((record) => void (record.file!.memory[0]! ^= 1)),
  ];
  const digests = records.flatMap((record) => {
    const store = openAt(temporaryFolder());
    store.putBlob(record);
    const found = ['a.py', 'b.py'].map((name) => {
      const tree = oidOf(`tree ${name}`);
      store.putDirectory({
        tree, scope: '', skipped: [], vectors: vectorsFrom(5, 2),
        children: [{ name, kind: 'file', oid: record.oid, language: 'python', scope: '' }],
      });
      return store.digest({ tree, scope: '' });
    });
    store.close();
    return found;
  });
  assert.is(new Set(digests).size, 14);
});

test('vectors that are not finite or of another shape are refused and leave nothing behind', () => {
  const store = openAt(temporaryFolder());
  const notFinite = blobFrom(1);
  notFinite.chunks.at(-1)!.vectors.scales[0] = Number.NaN;
  assert.ok(isOneLineWithFix(refusalOf(() => store.putBlob(notFinite)), 'bad-vectors'));
  const wrongShape = { ...blobFrom(2), file: vectorsFrom(2, 2, { memoryDim: 16, keyDim: 32 }) };
  assert.ok(isOneLineWithFix(refusalOf(() => store.putBlob(wrongShape)), 'wrong-model'));
  assert.is(store.stats().chunks, 0);
  assert.is(store.stats().blobs, 0);
  store.close();
});

test('a directory is refused before its children', () => {
  const store = openAt(temporaryFolder());
  const record = {
    tree: oidOf('tree x'), scope: '', skipped: [], vectors: vectorsFrom(1, 2),
    children: [{ name: 'a.py', kind: 'file' as const, oid: oidOf('blob 1'), language: 'python', scope: '' }],
  };
  assert.is(refusalOf(() => store.putDirectory(record)).code, 'missing-object');
  assert.not.ok(store.hasDirectory(record));
  assert.is(refusalOf(() => store.openView(record)).code, 'missing-object');
  assert.is(refusalOf(() => store.digest(record)).code, 'missing-object');
  store.close();
});

test('refs are kept for each worktree and branch', () => {
  const store = openAt(temporaryFolder());
  const root = putTree(store, { 'a.py': 1 });
  putHead(store, 'refs/heads/main', root);
  putHead(store, 'refs/heads/main', root, '/other');
  const row = store.refs()[0]!;
  store.putRef({ ...row, state: 'paused', updated: 5 });
  assert.equal(store.refs().map((ref) => [ref.worktree, ref.ref, ref.state, ref.updated]), [
    ['/other', 'refs/heads/main', 'paused', 5],
    ['/work', 'refs/heads/main', 'ready', 1],
  ]);
  assert.equal(store.refs()[1], { worktree: '/work', ref: 'refs/heads/main', commit: oidOf(`commit ${root.tree}`), root, state: 'ready', updated: 1 });
  store.deleteRef('/other', 'refs/heads/main');
  assert.is(store.refs().length, 1);
  store.close();
});

test('counters add up and start at zero', () => {
  const store = openAt(temporaryFolder());
  assert.equal(store.counters(), { chunks_fused: 0, nodes_fused: 0, blobs_read: 0, completions: 0, hooks: 0 });
  store.bump({ hooks: 2, completions: 1 });
  store.bump({ hooks: 3 });
  assert.equal(store.counters(), { chunks_fused: 0, nodes_fused: 0, blobs_read: 0, completions: 1, hooks: 5 });
  store.close();
});

test('stats count chunks, nodes, source and the skips of the trees that refs reach', () => {
  const store = openAt(temporaryFolder());
  store.putBlob(blobFrom(1, 'python', 3));
  store.putBlob(skippedBlob(2, 'binary'));
  const put = (tree: string) =>
    store.putDirectory({
      tree, scope: '', vectors: vectorsFrom(1, 2),
      children: [{ name: 'a.py', kind: 'file', oid: oidOf('blob 1'), language: 'python', scope: '' }],
      skipped: [{ name: 'b.bin', reason: 'binary' }, { name: 'c', reason: 'symlink' }, { name: 'd.bin', reason: 'binary' }],
    });
  put(oidOf('tree 1'));
  put(oidOf('tree 2'));
  putHead(store, 'refs/heads/main', { tree: oidOf('tree 1'), scope: '' });
  const { db_bytes, ...stats } = store.stats();
  assert.equal(stats, { chunks: 3, nodes: 3, blobs: 2, source_bytes: 300, skipped: { binary: 2, symlink: 1 } });
  assert.ok(db_bytes > 0);
  store.close();
});

test('the folder is 0700 and its files are 0600, whatever they were before', () => {
  const folder = temporaryFolder();
  const store = openAt(folder);
  putTree(store, { 'a.py': 1 });
  const mode = (path: string) => statSync(path).mode & 0o777;
  assert.is(mode(join(folder, 'hefc')), 0o700);
  for (const suffix of ['', '-wal', '-shm']) assert.is(mode(`${store.path}${suffix}`), 0o600);
  store.close();
});

test('another process reads while this one writes', async () => {
  const folder = temporaryFolder();
  const store = openAt(folder);
  const root = putTree(store, { 'a.py': 1, 'b/c.py': 2 });
  const script = fileURLToPath(new URL('./readerProcess.js', import.meta.url));
  const reader = spawn(process.execPath, [script, dirname(store.path), root.tree], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => reader.on('close', resolve));
  let seed = 100;
  let done = false;
  void ended.then(() => (done = true));
  while (!done) {
    putTree(store, { 'a.py': seed, 'b/c.py': seed + 1 });
    seed += 2;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.is(await ended, 0);
  assert.is(said.trim(), store.digest(root));
  assert.ok(seed > 100);
  store.close();
});

test('a closed store says that it is closed', () => {
  const store = openAt(temporaryFolder());
  store.close();
  assert.is(refusalOf(() => store.hasBlob(oidOf('x'), '')).code, 'closed');
});

test('a key of any length is indexed, but not a key of none', () => {
  for (const keyDim of [1, 63]) {
    const at = { memoryDim: 1, keyDim };
    const store = openAt(temporaryFolder(), { shapes: at });
    const records = [1, 2, 3].map((seed) => {
      const record = blobFrom(seed, 'python', 40);
      for (const [place, chunk] of record.chunks.entries()) chunk.vectors = vectorsFrom(seed * 100 + place, 1, at);
      return { ...record, file: vectorsFrom(seed, 1, at) };
    });
    for (const record of records) store.putBlob(record);
    const tree = oidOf('tree keys');
    const children = records.map(({ oid }, place) => ({ name: `f${place}.py`, kind: 'file' as const, oid, language: 'python', scope: '' }));
    store.putDirectory({ tree, scope: '', skipped: [], children, vectors: vectorsFrom(5, 1, at) });
    const query = Float32Array.from(records[1]!.chunks[7]!.vectors.key);
    const hits = store.openView({ tree, scope: '' }).searchChunks(query, 4, '');
    assert.ok(Math.abs(hits[0]!.score - 1) < 1e-9);
    if (keyDim > 1) assert.equal([hits[0]!.path, hits[0]!.startLine], ['f1.py', 35]);
    store.close();
  }
  assert.is(refusalOf(() => openAt(temporaryFolder(), { shapes: { ...shapes, keyDim: 0 } })).code, 'wrong-model');
});

test('nodes of a bundle that makes no vectors are kept and never come back as near', () => {
  const store = openAt(temporaryFolder());
  const nothing = { memory: new Int8Array(0), scales: new Float32Array(0), key: new Int8Array(shapes.keyDim) };
  const record = blobFrom(1);
  store.putBlob({ ...record, file: nothing, chunks: record.chunks.map((chunk) => ({ ...chunk, vectors: nothing })) });
  const tree = oidOf('tree nothing');
  const child = { name: 'a.py', kind: 'file' as const, oid: record.oid, language: 'python', scope: '' };
  store.putDirectory({ tree, scope: '', skipped: [], children: [child], vectors: nothing });
  assert.equal(store.blobSummary(record.oid, 'python'), { skip: null, file: nothing });
  const view = store.openView({ tree, scope: '' });
  const query = new Float32Array(shapes.keyDim).fill(1);
  assert.equal([view.searchChunks(query, 5, ''), view.searchNodes(query, 5, '')], [[], []]);
  assert.ok(view.searchLexical(record.chunks[0]!.identifiers, 5, '').length > 0);
  store.close();
});

test.run();
