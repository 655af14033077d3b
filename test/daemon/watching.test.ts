/** What the daemon tells those who watch: the tree and how its files stand, the last completions, files like a text. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, type Connection } from '../../daemon/ipc/client.js';
import type { TreeNode } from '../../daemon/ipc/protocol.js';
import { makeSurroundings, SHOP, type Surroundings, type TestRepository } from './surroundings.js';

const test = suite('daemon: watching');
const PATIENCE = { timeout: 120_000 };
let place: Surroundings;
let shop: TestRepository;
let daemon: Connection;
test.before(async () => {
  place = makeSurroundings();
  shop = place.repository('shop');
  shop.write({ ...SHOP, 'web/app.min.js': 'x', '.env': 'KEY=1\n', 'vendor/a/b.py': 'b = 1\n', 'vendor/c.py': 'c = 1\n', '.hefcignore': 'vendor/\n', 'only/one/deep.go': 'package deep\n' });
  writeFileSync(path.join(shop.root, 'logo.png'), Buffer.from([137, 80, 0, 1]));
  shop.commit({});
  daemon = await connect(PATIENCE);
});
test.after(async () => {
  daemon.close();
  await place.end();
});

const tree = async (params: object = {}): Promise<TreeNode> => (await daemon.call('tree', { repo: shop.root, ...params }, PATIENCE)).tree!;
const child = (node: TreeNode, name: string): TreeNode => node.children?.find((one) => one.name === name) ?? assert.unreachable(`${name} is not in ${node.children?.map((one) => one.name).join(' ')}`) as never;

test('a repository that is not set up has no tree', async () => {
  assert.equal(await daemon.call('tree', { repo: shop.root }, PATIENCE), { root: shop.root, commit: null, tree: null, reasons: {} });
  assert.equal(await daemon.call('likeFiles', { repo: shop.root, above: SHOP['shop/order.py']!, below: '' }, PATIENCE), { files: [] });
});

test('before it is indexed all that is not refused by its name waits; then each file is fused or refused with its reason', async () => {
  mkdirSync(path.join(shop.root, '.git', 'hefc'), { mode: 0o700 });
  const before = await tree();
  assert.equal([before.fused, before.node, before.waiting], [0, false, before.files - 4]);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  const after = await tree();
  for (const one of [before, after]) assert.equal(one.refused, { ...one.refused, ignored: 2, 'secret-like': 1, generated: 1 });
  assert.is(after.waiting, 0);
  assert.equal(after.refused, { ignored: 2, 'secret-like': 1, generated: 1, binary: 1 });
  assert.is(after.files, after.fused + 5);
  assert.is(after.fused, Object.keys(SHOP).length + 2);
  assert.ok(after.node);
  assert.equal(child(after, '.env').refused, { 'secret-like': 1 });
  const shopFolder = child(after, 'shop');
  assert.equal([shopFolder.node, shopFolder.fused, child(shopFolder, 'basket.py').bytes], [true, 3, SHOP['shop/basket.py']!.length]);
  assert.is(child(after, 'vendor').node, false);
  assert.is(shopFolder.weight, shopFolder.children!.reduce((sum, { weight }) => sum + weight, 0));
});

test('what a new commit brings waits until it is fused', async () => {
  await daemon.call('pause', { repo: shop.root, paused: true }, PATIENCE);
  shop.commit({ 'shop/fresh.py': 'fresh = True\n' });
  const before = await tree();
  assert.equal([before.waiting, before.node, child(child(before, 'shop'), 'fresh.py').waiting], [1, false, 1]);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  const after = await tree();
  assert.equal([after.waiting, after.node], [0, true]);
});

test('a chain of folders is one, a folder can be asked for alone, and an answer ends at its limit', async () => {
  assert.equal(child(await tree(), 'only/one').children!.map(({ name }) => name), ['deep.go']);
  assert.equal((await tree({ path: 'only/one' })).children!.map(({ name }) => name), ['deep.go']);
  assert.equal((await tree({ path: 'shop' })).files, 4);
  const small = await tree({ limit: 9 });
  assert.is(small.files, (await tree()).files);
  assert.ok(small.children!.some(({ kind, children }) => kind === 'directory' && children === undefined));
  const smallest = await tree({ limit: 3 });
  assert.equal(smallest.children!.map(({ name }) => name).at(-1), `${(await tree()).children!.length - 2} more`);
  assert.is(smallest.children!.reduce((sum, { files }) => sum + files, 0), smallest.files);
  for (const params of [{ path: 'nowhere' }, { path: '../shop' }, { limit: 0 }, { limit: 1e9 }, { path: 1 }]) {
    await tree(params).then(() => assert.unreachable(JSON.stringify(params)), (error: { code: string }) => assert.is(error.code, 'usage'));
  }
});

test('files like a text come best first, with the lines that stand in them', async () => {
  const text = { above: `${SHOP['shop/order.py']}\n`, below: 'def send_parcel(item, owner):\n    nothing_of_this_kind = 1\n' };
  const { files } = await daemon.call('likeFiles', { repo: shop.root, ...text }, PATIENCE);
  assert.equal(files.map((one) => one.path), ['shop/order.py', 'shop/deep/parcel.py']);
  assert.is(files[0]!.lines, 5);
  assert.ok(Math.abs(files[0]!.share - 5 / 7) < 1e-9);
});

test('the last completions are kept with what they were made from, and nothing of the buffer', async () => {
  const text = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n        send_par`;
  const file = path.join(shop.root, 'shop/order.py');
  const lines = text.split('\n');
  const result = await daemon.call('complete', { file, text, line: lines.length, column: lines.at(-1)!.length, timeout: 60_000 }, PATIENCE);
  const { completions, totals } = await daemon.call('recent', { repo: shop.root }, PATIENCE);
  const { at, ...kept } = completions[0]!;
  assert.ok(Math.abs(Date.now() - at) < 60_000);
  const { text: given, ...made } = result;
  assert.equal(kept, { file, line: lines.length, text: given, lane: made.lane, reason: made.reason, confidence: made.confidence, model: made.model, nodes: made.nodes, tokens: made.tokens, ms: made.ms });
  assert.not.match(JSON.stringify(completions), 'def again');
  assert.is(totals.given[`${made.lane}/ok`], 1);
  assert.is(totals.latency.reduce((sum, { count }) => sum + count, 0), 1);
  const other = place.repository('other');
  other.commit({ 'a.py': 'a = 1\n' });
  assert.equal((await daemon.call('recent', { repo: other.root }, PATIENCE)).completions, []);
  assert.is((await daemon.call('recent', {}, PATIENCE)).completions.length, 1);
});

test.run();
