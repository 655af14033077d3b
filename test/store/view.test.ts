import Database from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chunkTerms, queryTerms } from '../../store/terms.js';
import type { Hit, Store, TreeView } from '../../store/types.js';
import { blobFrom, numbersFrom, oidOf, openAt, putTree, refusalOf, shapes, temporaryFolder, vectorsFrom, type Plan } from './fixtures.js';

const test = suite('tree view');

/** Two hundred blobs in a few directories, beside as many that are not in the tree. */
function largeTree(store: Store): { plan: Plan; view: TreeView } {
  const plan: Plan = {};
  for (let seed = 0; seed < 200; seed++) plan[`d${seed % 7}/f${seed}.py`] = seed;
  const other: Plan = {};
  for (let seed = 1000; seed < 1400; seed++) other[`e${seed % 5}/f${seed}.py`] = seed;
  putTree(store, other);
  return { plan, view: store.openView(putTree(store, plan)) };
}

function queryFrom(seed: number): Float32Array {
  const next = numbersFrom(seed);
  return Float32Array.from({ length: shapes.keyDim }, () => next() * 2 - 1);
}

function cosine(query: Float32Array, key: Int8Array): number {
  let dot = 0;
  let keySquare = 0;
  let querySquare = 0;
  query.forEach((value, at) => {
    dot += value * key[at]!;
    keySquare += key[at]! ** 2;
    querySquare += value ** 2;
  });
  return dot / Math.sqrt(keySquare * querySquare);
}

interface Expected {
  path: string;
  startLine: number;
  score: number;
}

const byScore = (a: Expected, b: Expected) => b.score - a.score || (a.path < b.path ? -1 : 1) || a.startLine - b.startLine;
const shown = (hits: Hit[]) => hits.map((hit) => `${hit.path}:${hit.startLine} ${hit.score.toFixed(9)}`);
const expectedShown = (rows: Expected[]) => rows.map((row) => `${row.path}:${row.startLine} ${row.score.toFixed(9)}`);

function bruteDense(plan: Plan, query: Float32Array): Expected[] {
  return Object.entries(plan)
    .flatMap(([path, seed]) => blobFrom(seed).chunks.map((chunk) => ({ path, startLine: chunk.startLine, score: cosine(query, chunk.vectors.key) })))
    .sort(byScore);
}

/** BM25 by its definition, over the chunks of the plan. */
function bruteLexical(plan: Plan, identifiers: string[]): Expected[] {
  const chunks = Object.entries(plan).flatMap(([path, seed]) =>
    blobFrom(seed).chunks.map((chunk) => ({ path, startLine: chunk.startLine, terms: new Set(chunkTerms(chunk.identifiers)) })),
  );
  const mean = chunks.reduce((sum, chunk) => sum + chunk.terms.size, 0) / chunks.length;
  return chunks
    .map(({ path, startLine, terms }) => {
      let score = 0;
      for (const [term, weight] of queryTerms(identifiers)) {
        if (!terms.has(term)) continue;
        const n = chunks.filter((chunk) => chunk.terms.has(term)).length;
        const idf = Math.log(1 + (chunks.length - n + 0.5) / (n + 0.5));
        score += (weight * idf * 2.2) / (1 + 1.2 * (0.25 + (0.75 * terms.size) / mean));
      }
      return { path, startLine, score };
    })
    .filter((row) => row.score > 0)
    .sort(byScore);
}

test('lexical search agrees with BM25 computed by hand over the live chunks', () => {
  const store = openAt(temporaryFolder());
  const { plan, view } = largeTree(store);
  for (const identifiers of [['load_file0'], ['saveNode', 'parse_tree2', 'load_node16'], ['render_tree11', 'nothing_like_it']]) {
    const expected = bruteLexical(plan, identifiers).slice(0, 20);
    assert.ok(expected.length > 0);
    assert.equal(shown(view.searchLexical(identifiers, 20, '')), expectedShown(expected));
  }
  assert.equal(view.searchLexical(['zzz'], 5, ''), []);
  assert.equal(view.searchLexical([], 5, ''), []);
  store.close();
});

test('the chunks of a file come in its order, and none of a path that is not live', () => {
  const store = openAt(temporaryFolder());
  const { plan, view } = largeTree(store);
  for (const path of ['d0/f0.py', 'd3/f10.py']) {
    const expected = blobFrom(plan[path]!).chunks;
    const chunks = view.chunksOf(path);
    assert.equal(chunks.map(({ kind, path: of, startLine, endLine }) => [kind, of, startLine, endLine]), expected.map((chunk) => ['chunk', path, chunk.startLine, chunk.endLine]));
    assert.equal(chunks.map((hit) => view.vectors(hit).key), expected.map((chunk) => chunk.vectors.key));
  }
  assert.equal(view.chunksOf('e0/f1000.py'), []);
  store.close();
});

test('an identifier counts as its weight says', () => {
  const store = openAt(temporaryFolder());
  const { view } = largeTree(store);
  const one = view.searchLexical(['load_file0'], 20, '');
  const other = view.searchLexical(['saveNode'], 20, '');
  assert.ok(one.length > 0 && other.length > 0 && shown(one)[0] !== shown(other)[0]);
  assert.equal(shown(view.searchLexical(['load_file0', 'saveNode'], 20, '', [1, 0])).slice(0, one.length), shown(one));
  assert.equal(view.searchLexical(['load_file0'], 20, '', [0.5]).map(({ score }) => score.toFixed(9)), one.map(({ score }) => (score / 2).toFixed(9)));
  store.close();
});

test('lexical search finds a camelCase name by its snake_case twin, the exact name first', () => {
  const store = openAt(temporaryFolder());
  const blob = blobFrom(1, 'python', 3);
  blob.chunks[0]!.identifiers = ['loadConfigFile', 'x'];
  blob.chunks[1]!.identifiers = ['load_config_file', 'y'];
  blob.chunks[2]!.identifiers = ['unrelated', 'z'];
  store.putBlob(blob);
  const view = store.openView(putTree(store, { 'a.py': 1 }));
  assert.equal(view.searchLexical(['load_config_file'], 5, '').map((hit) => hit.startLine), [5, 0]);
  store.close();
});

test('no identifier can break out of the text query', () => {
  const store = openAt(temporaryFolder());
  const nasty = ['"', 'a" OR "b', 'x NEAR(y)', '*', 'terms:load', "'; drop table chunk; --", '\u0000', 'naïve_名前', '-', 'AND', '\ud800'];
  const blob = blobFrom(1, 'python', 1);
  blob.chunks[0]!.identifiers = nasty;
  store.putBlob(blob);
  const view = store.openView(putTree(store, { 'a.py': 1, 'b.py': 2 }));
  for (const identifier of nasty) view.searchLexical([identifier], 5, '');
  assert.equal(view.searchLexical(['naïve_名前'], 5, '').map((hit) => hit.path), ['a.py']);
  assert.is(view.searchLexical(['AND'], 5, '')[0]?.path, 'a.py');
  store.close();
});

test('dense search agrees with every cosine computed when asked for many', () => {
  const store = openAt(temporaryFolder());
  const { plan, view } = largeTree(store);
  const query = queryFrom(5);
  const all = bruteDense(plan, query);
  assert.equal(shown(view.searchChunks(query, 400, '')), expectedShown(all.slice(0, 400)));
  store.close();
});

test('dense search for a few finds the nearest, each with its exact cosine', () => {
  const store = openAt(temporaryFolder());
  const { plan, view } = largeTree(store);
  for (let seed = 0; seed < 20; seed++) {
    const target = blobFrom(seed * 9).chunks[0]!.vectors.key;
    const noise = numbersFrom(seed + 50);
    const query = Float32Array.from(target, (value) => value + 60 * (noise() - 0.5));
    assert.equal(shown(view.searchChunks(query, 8, '')), expectedShown(bruteDense(plan, query)).slice(0, 8));
  }
  store.close();
});

test('dense search reaches a small tree in a database full of others', () => {
  const store = openAt(temporaryFolder());
  for (let seed = 2000; seed < 3500; seed++) store.putBlob(blobFrom(seed, 'c', 2));
  const plan: Plan = {};
  for (let seed = 0; seed < 60; seed++) plan[`f${seed}.py`] = seed;
  const view = store.openView(putTree(store, plan));
  const alone = openAt(temporaryFolder());
  const aloneView = alone.openView(putTree(alone, plan));
  for (const seed of [1, 2, 3]) {
    const query = queryFrom(seed);
    assert.equal(shown(view.searchChunks(query, 10, '')), shown(aloneView.searchChunks(query, 10, '')));
    assert.equal(
      view.searchNodes(query, 10, '').map((hit) => [hit.path, hit.score]),
      aloneView.searchNodes(query, 10, '').map((hit) => [hit.path, hit.score]),
    );
    assert.is(view.searchChunks(query, 10, '').length, 10);
  }
  store.close();
  alone.close();
});

test('a view opened from a searched neighbour finds what one opened anew finds, whether little or much is new', () => {
  const store = openAt(temporaryFolder());
  const { plan, view } = largeTree(store);
  const query = queryFrom(8);
  view.searchChunks(query, 10, '');
  view.searchNodes(query, 10, '');
  const found = (each: TreeView) => [shown(each.searchChunks(query, 30, 'd1/f1.py')), each.searchNodes(query, 30, 'd1/f1.py').map((hit) => [hit.path, hit.score])];
  for (const added of [1, 60]) {
    const changed: Plan = { ...plan };
    delete changed['d3/f3.py'];
    for (let seed = 5000; seed < 5000 + added; seed++) changed[`d3/new${seed}.py`] = seed;
    const root = putTree(store, changed);
    const unsearched = store.openView(root, view);
    assert.equal(found(store.openView(root, unsearched)), found(store.openView(root)));
    assert.equal(found(unsearched), found(store.openView(root)));
  }
  store.close();
});

test('node search ranks files and directories by cosine, with their vectors', () => {
  const store = openAt(temporaryFolder());
  const root = putTree(store, { 'a.py': 1, 'lib/b.py': 2, 'lib/c.py': 3 });
  const view = store.openView(root);
  const hits = view.searchNodes(Float32Array.from(blobFrom(2).file!.key), 10, '');
  assert.equal(hits[0]?.path, 'lib/b.py');
  assert.equal(hits.map((hit) => `${hit.kind} ${hit.path}`).sort(), ['directory ', 'directory lib', 'file a.py', 'file lib/b.py', 'file lib/c.py']);
  assert.equal(view.vectors(hits[0]!), blobFrom(2).file);
  const top = hits.find((hit) => hit.kind === 'directory' && hit.path === '')!;
  assert.equal(view.vectors(top), store.directoryVectors(root));
  for (let at = 1; at < hits.length; at++) assert.ok(hits[at - 1]!.score >= hits[at]!.score);
  assert.is(view.nodeCount(), 5);
  store.close();
});

test('neither the excluded file nor a copy of it comes back from any search', () => {
  const store = openAt(temporaryFolder());
  const view = store.openView(putTree(store, { 'a.py': 1, 'copy/a.py': 1, 'b.py': 2, 'c.py': 3 }));
  const own = blobFrom(1);
  const key = Float32Array.from(own.chunks[0]!.vectors.key);
  const names = own.chunks.flatMap((chunk) => chunk.identifiers);
  const pathsOf = (exclude: string) =>
    new Set([...view.searchLexical(names, 50, exclude), ...view.searchChunks(key, 50, exclude), ...view.searchNodes(key, 50, exclude).filter((hit) => hit.kind === 'file')].map((hit) => hit.path));
  assert.ok(pathsOf('').has('a.py'));
  for (const exclude of ['a.py', 'copy/a.py']) assert.equal([...pathsOf(exclude)].sort(), ['b.py', 'c.py']);
  assert.ok(pathsOf('not/there.py').has('a.py'));
  store.close();
});

test('a blob at several paths comes back once, under the first', () => {
  const store = openAt(temporaryFolder());
  const view = store.openView(putTree(store, { 'z/a.py': 1, 'b/a.py': 1, 'q.py': 1 }));
  assert.equal(view.files().map((file) => file.path), ['b/a.py', 'q.py', 'z/a.py']);
  const hits = view.searchChunks(queryFrom(1), 50, '');
  assert.is(hits.length, blobFrom(1).chunks.length);
  assert.ok(hits.every((hit) => hit.path === 'b/a.py'));
  assert.is(view.chunkCount(), hits.length);
  assert.equal([...view.lineHashes()].map((row) => row.path), ['b/a.py', 'q.py', 'z/a.py']);
  store.close();
});

test('two branches that share blobs each see their own tree', () => {
  const store = openAt(temporaryFolder());
  const main = store.openView(putTree(store, { 'a.py': 1, 'lib/b.py': 2, 'lib/c.py': 3 }));
  const before = store.stats().blobs;
  const topic = store.openView(putTree(store, { 'a.py': 1, 'lib/b.py': 2, 'lib/new.py': 4 }), main);
  assert.is(store.stats().blobs, before + 1);
  assert.equal(topic.files().map((file) => file.path), ['a.py', 'lib/b.py', 'lib/new.py']);
  assert.is(topic.file('a.py')?.id, main.file('a.py')?.id);
  assert.is(topic.file('lib/c.py'), undefined);
  assert.is(topic.file('lib/new.py')?.oid, oidOf('blob 4'));
  const paths = (view: TreeView) => new Set(view.searchChunks(queryFrom(3), 50, '').map((hit) => hit.path));
  assert.equal([...paths(topic)].sort(), ['a.py', 'lib/b.py', 'lib/new.py']);
  assert.equal([...paths(main)].sort(), ['a.py', 'lib/b.py', 'lib/c.py']);
  const back = store.openView(main.root, topic);
  assert.equal(back.files(), main.files());
  store.close();
});

test('one blob read as two languages has two rows', () => {
  const store = openAt(temporaryFolder());
  store.putBlob(blobFrom(1, 'c', 1));
  store.putBlob(blobFrom(1, 'cpp', 2));
  const tree = oidOf('tree both');
  store.putDirectory({
    tree, scope: '', skipped: [], vectors: vectorsFrom(1, 2),
    children: ['c', 'cpp'].map((language) => ({ name: `a.${language}`, kind: 'file' as const, oid: oidOf('blob 1'), language, scope: '' })),
  });
  const view = store.openView({ tree, scope: '' });
  assert.equal(view.files().map((file) => file.language), ['c', 'cpp']);
  assert.is(view.chunkCount(), 3);
  assert.equal(view.searchChunks(queryFrom(1), 9, 'a.c'), []);
  store.close();
});

test('an empty tree and an empty query give no hits; a query that is not finite is refused', () => {
  const store = openAt(temporaryFolder());
  const empty = store.openView(putTree(store, {}));
  assert.equal([empty.files().length, empty.chunkCount(), empty.nodeCount()], [0, 0, 1]);
  assert.equal(empty.searchLexical(['load'], 5, ''), []);
  assert.equal(empty.searchChunks(queryFrom(1), 5, ''), []);
  assert.is(empty.searchNodes(queryFrom(1), 5, '').length, 1);
  const view = store.openView(putTree(store, { 'a.py': 1 }));
  assert.equal(view.searchChunks(new Float32Array(shapes.keyDim), 5, ''), []);
  assert.equal(view.searchChunks(queryFrom(1), 0, ''), []);
  assert.is(refusalOf(() => view.searchChunks(new Float32Array(shapes.keyDim).fill(Number.NaN), 5, '')).code, 'bad-vectors');
  assert.is(refusalOf(() => view.searchNodes(new Float32Array(3), 5, '')).code, 'wrong-model');
  store.close();
});

test('a name that is not UTF-8 keeps its bytes through the database', () => {
  const store = openAt(temporaryFolder());
  store.putBlob(blobFrom(1));
  const names = ['caf\udce9.py', 'caf\udcea.py', 'café.py'];
  const tree = oidOf('tree bytes');
  store.putDirectory({
    tree, scope: '', skipped: [], vectors: vectorsFrom(1, 2),
    children: names.map((name) => ({ name, kind: 'file' as const, oid: oidOf('blob 1'), language: 'python', scope: '' })),
  });
  assert.equal(store.openView({ tree, scope: '' }).files().map((file) => file.path), names);
  store.close();
});

test('merging the segments of the text index, slice by slice, leaves few of them and every search as it was', () => {
  const folder = temporaryFolder();
  const store = openAt(folder);
  const { view } = largeTree(store);
  const segments = (): number => {
    const db = new Database(store.path, { readonly: true });
    const count = db.prepare<[], number>('select count(distinct segid) from chunk_terms_idx').pluck().get()!;
    db.close();
    return count;
  };
  const search = (from: TreeView): Hit[] => from.searchLexical(['load_file0', 'parse_tree2', 'node'], 300, '');
  const before = segments();
  const found = search(view);
  let calls = 1;
  while (store.mergeTerms()) calls++;
  assert.ok(before > 4 && segments() <= 2, `${before} segments, then ${segments()} after ${calls} calls`);
  assert.not(store.mergeTerms(), 'nothing is left');
  assert.equal(search(view), found);
  store.close();
  const again = openAt(folder);
  assert.equal(search(again.openView(view.root)), found);
  again.close();
});

test('a search that knows how frequent terms are finds what one that does not finds', () => {
  const store = openAt(temporaryFolder());
  const { view } = largeTree(store);
  const queries = [['load_file0', 'parse_tree2', 'node'], ['save_node1', 'file'], ['tree', 'render_tree47', 'unheard_of']];
  const search = (from: TreeView): Hit[][] => queries.map((names) => from.searchLexical(names, 300, ''));
  const found = search(view);
  let calls = 1;
  while (store.countTerms()) calls++;
  assert.ok(calls < 100 && !store.countTerms(), 'it comes to an end');
  assert.equal(search(view), found);
  assert.equal(search(store.openView(view.root)), found);
  store.close();
});

test.run();
