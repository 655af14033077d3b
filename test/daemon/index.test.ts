import { readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { indexDirectory } from '../../daemon/indexer/fuseDirectory.js';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { Engine, EngineRepository } from '../../daemon/engine/types.js';
import { startInference } from '../../models/start.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import type { TokenCounter } from '../../models/types.js';
import { locateRepository } from '../../store/git/locate.js';
import { bundleDirectory } from '../bundle.js';
import { makeSurroundings, openRepositoryAt, SHOP, type Surroundings } from './surroundings.js';

const test = suite('indexer');
let place: Surroundings;
let engine: Engine;
let tokens: TokenCounter;
let scratches = 0;
let repositories = 0;

test.before(async () => {
  place = makeSurroundings();
  const inference = await startInference(bundleDirectory);
  tokens = await openTokenCounter(bundleDirectory);
  engine = await createEngine({ inference, tokens });
});
test.after(async () => {
  await engine.close();
  await engine.inference.close();
  await place.end();
});

const open = async (root: string): Promise<EngineRepository> => engine.openRepository(await locateRepository(root));

/** Digest of the index built from nothing at a repository's HEAD, in a database of its own. */
async function fromScratch(root: string): Promise<string> {
  const fresh = await createEngine({ inference: engine.inference, tokens, databaseDirectory: () => join(place.folder, `scratch-${++scratches}`) });
  const repository = await fresh.openRepository(await locateRepository(root));
  const { root: tree } = await repository.index({});
  const digest = repository.store.digest(tree!);
  await fresh.close();
  return digest;
}

const fresh = (): ReturnType<Surroundings['repository']> => place.repository(`repo-${++repositories}`);

test('the index after commits, renames, deletions and checkouts equals the one from scratch, byte for byte', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  const check = async (what: string): Promise<void> => {
    const { root } = await indexed.index({});
    assert.is(indexed.store.digest(root!), await fromScratch(repo.root), what);
  };
  await check('first commit');
  repo.commit({ 'shop/order.py': `${SHOP['shop/order.py']}\n\ndef cancel_order(basket):\n    basket.items.clear()\n` });
  await check('a changed file');
  repo.git('mv', 'shop/basket.py', 'shop/cart.py');
  repo.commit({});
  await check('a rename');
  repo.git('rm', '--quiet', '-r', 'web');
  repo.commit({});
  await check('a deleted folder');
  repo.git('checkout', '--quiet', '-b', 'other', 'HEAD~2');
  repo.commit({ 'shop/deep/extra.py': 'VALUE = 3\n' });
  await check('another branch');
  repo.git('checkout', '--quiet', 'main');
  await check('back');
  await indexed.close();
});

test('a second index of the same tree, and a branch seen before, fuse and read nothing', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  const first = await indexed.index({});
  assert.is(first.fused.blobs, Object.keys(SHOP).length);
  assert.ok(first.fused.chunks >= 5 && first.fused.nodes >= 5 + 4);
  repo.git('checkout', '--quiet', '-b', 'side');
  repo.commit({ 'shop/side.py': 'SIDE = True\n' });
  await indexed.index({});
  const before = indexed.store.counters();
  const again = await indexed.index({});
  repo.git('checkout', '--quiet', 'main');
  const back = await indexed.index({});
  assert.equal([again.fused, back.fused], Array(2).fill({ chunks: 0, nodes: 0, blobs: 0 }));
  assert.equal(indexed.store.counters(), before);
  assert.is(indexed.current()?.tree, repo.git('rev-parse', 'main^{tree}'));
  await indexed.close();
});

test('a commit that changes one file fuses that blob and the trees on its path, nothing else', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  await indexed.index({});
  repo.commit({ 'shop/deep/parcel.py': 'def send_parcel(item, owner):\n    return owner\n' });
  const { fused } = await indexed.index({});
  // One file node, and the directories shop/deep, shop and the root.
  assert.equal(fused, { blobs: 1, chunks: 1, nodes: 4 });
  await indexed.close();
});

test('of a changed file only the changed chunks are fused, and the index equals the one from scratch', async () => {
  const repo = fresh();
  const functions = Array.from({ length: 20 }, (_, i) => `def price_${i}(basket, owner):\n${`    total_${i} = basket.total(owner) + ${i}\n`.repeat(6)}    return total_${i}\n\n\n`);
  repo.commit({ 'prices.py': functions.join('') });
  const indexed = await open(repo.root);
  const { fused: first } = await indexed.index({});
  assert.ok(first.chunks >= 15, `${first.chunks} chunks`);
  repo.commit({ 'prices.py': functions.join('').replace('return total_10', 'return total_10 * 2') });
  const { root, fused } = await indexed.index({});
  assert.ok(fused.chunks >= 1 && fused.chunks <= 3, `${fused.chunks} of ${first.chunks} chunks were fused`);
  assert.is(indexed.store.digest(root!), await fromScratch(repo.root));
  await indexed.close();
});

test('a renamed file is not read again', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  await indexed.index({});
  repo.git('mv', 'shop/order.py', 'web/order.py');
  repo.commit({});
  const { fused } = await indexed.index({});
  assert.equal({ blobs: fused.blobs, chunks: fused.chunks }, { blobs: 0, chunks: 0 });
  assert.ok(indexed.store.openView(indexed.current()!).file('web/order.py'));
  await indexed.close();
});

test('an index stopped halfway goes on where it stood, and ends the same', async () => {
  const repo = fresh();
  repo.commit(Object.fromEntries(Array.from({ length: 30 }, (_, k) => [`m/f${k}.py`, `def function_${k}(a, b):\n    return a + b + ${k}\n`])));
  const indexed = await open(repo.root);
  const stop = new AbortController();
  let failure: unknown;
  await indexed.index({ signal: stop.signal, onProgress: ({ filesDone }) => filesDone >= 5 && stop.abort() }).catch((error: unknown) => (failure = error));
  assert.is((failure as Error | undefined)?.name, 'AbortError');
  assert.is(indexed.current(), null);
  const { fused, root } = await indexed.index({});
  assert.ok(fused.blobs > 0 && fused.blobs <= 25, `${fused.blobs} blobs after the stop`);
  assert.is(indexed.store.counters().chunks_fused, 30);
  assert.is(indexed.store.digest(root!), await fromScratch(repo.root));
  await indexed.close();
});

test('linked worktrees share one cache', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const main = await open(repo.root);
  await main.index({});
  const other = join(place.folder, `linked-${repositories}`);
  repo.git('worktree', 'add', '--quiet', '-b', 'linked', other);
  const linked = await open(other);
  assert.is(linked.store, main.store);
  const { fused } = await linked.index({});
  assert.equal(fused, { blobs: 0, chunks: 0, nodes: 0 });
  openRepositoryAt(other).commit({ 'new.py': 'NEW = 1\n' });
  await linked.index({});
  assert.ok(linked.current()?.tree !== main.current()?.tree);
  await linked.close();
  await main.close();
});

test('a file whose object is missing is left out by name, and comes in once the object is there', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const oid = repo.git('rev-parse', 'HEAD:shop/deep/parcel.py');
  const object = join(repo.root, '.git', 'objects', oid.slice(0, 2), oid.slice(2));
  renameSync(object, `${object}.away`);
  const first = await open(repo.root);
  const { skipped, root } = await first.index({});
  assert.is(skipped['missing'], 1);
  assert.ok(root!.scope.startsWith('partial-'));
  assert.equal((await first.index({})).fused, { chunks: 0, nodes: 0, blobs: 0 });
  assert.is((await first.complete({ path: 'new.py', prefix: 'from shop.basket import Basket\n', suffix: null, context: 'hef', lanes: { model: true, copy: true } })).reason === 'not-indexed', false);
  await first.close();
  renameSync(`${object}.away`, object);
  const second = await open(repo.root);
  const { root: whole, fused } = await second.index({});
  assert.is(fused.blobs, 1);
  assert.is(second.store.digest(whole!), await fromScratch(repo.root));
  await second.close();
});

test('refused files leave no text in the database and in no completion, and say why', async () => {
  const repo = fresh();
  repo.commit({
    ...SHOP,
    'shop/zebra.py': 'zebrafishcount = 1\n',
    '.env': 'PASSWORD=plantedsecretone\n',
    '.ssh/config': 'Host plantedsecretfour\n',
    'notes/key.txt': '-----BEGIN RSA PRIVATE KEY-----\nplantedsecrettwoplantedsecrettwo\n-----END RSA PRIVATE KEY-----\n',
    '.hefcignore': 'private/\n',
    'private/plan.py': 'plantedsecretthree = 1\n',
    'blob.bin': 'a\0b',
    'pictures/deep/one.bin': 'a\0c',
  });
  const indexed = await open(repo.root);
  const { skipped } = await indexed.index({});
  indexed.store.checkpoint();
  const folder = join(repo.root, '.git', 'hefc');
  const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  const ask = (prefix: string, context: 'hef' | 'snippet'): ReturnType<EngineRepository['complete']> => indexed.complete({ path: 'shop/new.py', prefix, suffix: null, context, lanes: { model: true, copy: true }, explain: true });
  const said: string[] = [];
  for (const prefix of ['PASSWORD=planted', 'Host planted', '-----BEGIN RSA PRIVATE KEY-----\n', 'import private.plan\n\nplantedsecret']) {
    for (const context of ['hef', 'snippet'] as const) said.push(JSON.stringify(await ask(prefix, context)));
  }
  // What is indexed does come back, by the same way.
  assert.match(JSON.stringify(await ask('def place_order(basket: Basket):\n    for item in basket.items:\n        send_', 'snippet')), /parcel\(item, basket\.owner\)/);
  const told = said.join('\n');
  for (const planted of ['plantedsecretone', 'plantedsecrettwo', 'plantedsecretthree', 'plantedsecretfour']) {
    assert.not.ok(bytes.includes(planted), planted);
    assert.not.ok(told.includes(planted), `${planted} was told`);
  }
  assert.ok(bytes.includes('zebrafishcount'), 'the check itself must see indexed names');
  assert.ok((skipped['secret-like'] ?? 0) >= 2 && (skipped['ignored'] ?? 0) >= 1 && skipped['binary'] === 2, JSON.stringify(skipped));
  await indexed.close();
});

test('a repository without commits, and one of refused files only, index to nothing without an error', async () => {
  const repo = fresh();
  const indexed = await open(repo.root);
  assert.is((await indexed.index({})).commit, null);
  const commit = repo.commit({ '.env': 'A=1\n' });
  const outcome = await indexed.index({});
  assert.is(outcome.commit, commit);
  assert.is(outcome.fused.chunks, 0);
  assert.is(indexed.store.openView(outcome.root!).files().length, 0);
  await indexed.close();
});

test('a folder that is neither stored nor empty is an error, never left out in silence', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  await indexed.index({});
  const oid = 'ab'.repeat(20);
  const planned = { path: '', key: { tree: 'cd'.repeat(20), scope: '' }, children: [{ name: 'lost', kind: 'directory' as const, oid, language: '', scope: '' }], skipped: [] };
  const make = (empty: Map<string, []>): Promise<unknown> => indexDirectory(planned, indexed.store, engine.inference, empty, new AbortController().signal).catch((error: unknown) => error);
  assert.match(String(await make(new Map())), new RegExp(`lost ${oid}`));
  assert.is(await make(new Map([[`${oid}/`, []]])), false);
  await indexed.close();
});

test('a counter that cannot be written costs no completion', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  await indexed.index({});
  const { bump } = indexed.store;
  indexed.store.bump = () => {
    throw new Error('disk full');
  };
  const result = await indexed.complete({ path: 'new.py', prefix: 'from shop.basket import Basket\n', suffix: null, context: 'hef', lanes: { model: true, copy: true } });
  indexed.store.bump = bump;
  assert.ok(['ok', 'no-suggestion'].includes(result.reason), result.reason);
  await indexed.close();
});

test('a tree that is gone from the database is not reopened, and no error', async () => {
  const repo = fresh();
  repo.commit(SHOP);
  const indexed = await open(repo.root);
  await indexed.index({});
  for (const row of indexed.store.refs()) indexed.store.deleteRef(row.worktree, row.ref);
  assert.ok(indexed.store.collect().directories > 0);
  indexed.reopen();
  assert.is(indexed.current(), null);
  await indexed.close();
});

test.run();
