import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, type Connection } from '../../daemon/ipc/client.js';
import { CallError } from '../../daemon/ipc/errors.js';
import { createOpenBuffers } from '../../daemon/openBuffers.js';
import { makeSurroundings, SHOP, type Surroundings, type TestRepository } from './surroundings.js';

const test = suite('open buffers');
const PATIENCE = { timeout: 120_000 };
let place: Surroundings;
let daemon: Connection;
let repo: TestRepository;

/** Lines that stand in an unsaved buffer alone. */
const UNSAVED = 'class Ledger:\n    def post_entry(self, amount, memo):\n        entry = self.journal.open(amount)\n        entry.annotate(memo, self.clerk)\n        return entry\n';
/** Its first lines typed again elsewhere. */
const TYPED = 'class Other:\n    def post_entry(self, amount, memo):\n        entry = self.journal.open(amount)\n        ';
const MEANT = 'entry.annotate(memo, self.clerk)';

test.before(async () => {
  place = makeSurroundings();
  daemon = await connect(PATIENCE);
  repo = place.repository('buffers');
  repo.commit({ ...SHOP, '.hefcignore': 'private/\n', '.gitignore': 'build/\n*.local.py\n' });
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
});
test.after(async () => {
  daemon.close();
  await place.end();
});

const show = (file: string, text: string | null, from: Connection = daemon): Promise<{ kept: number }> => from.call('buffers', { files: [{ file: join(repo.root, file), text }] }, PATIENCE);

/** Paths that copies of the meant line are offered from. */
async function copiedFrom(file = 'shop/order.py'): Promise<string[]> {
  const { explanation } = await daemon.call('complete', { file: join(repo.root, file), text: TYPED, line: 4, column: 8, timeout: 60_000, explain: true }, PATIENCE);
  return explanation!.copy.filter(({ text }) => text === MEANT).map(({ path }) => path);
}

test('an unsaved text of a committed file, and of a new one, is copied from until it is closed', async () => {
  assert.equal(await copiedFrom(), []);
  for (const file of ['shop/basket.py', 'shop/ledger.py']) {
    assert.is((await show(file, UNSAVED)).kept, 1);
    assert.equal(await copiedFrom(), [file]);
    assert.is((await show(file, null)).kept, 0);
    assert.equal(await copiedFrom(), []);
  }
});

test('an open file as it was committed changes nothing', async () => {
  await show('shop/basket.py', SHOP['shop/basket.py']!);
  assert.equal(await copiedFrom(), []);
  await show('shop/basket.py', null);
});

test('the edited file is no context of itself', async () => {
  await show('shop/order.py', UNSAVED);
  assert.equal(await copiedFrom('shop/order.py'), []);
  assert.equal(await copiedFrom('shop/basket.py'), ['shop/order.py']);
  await show('shop/order.py', null);
});

test('what a commit would not index is not copied from', async () => {
  for (const file of ['.env', 'private/ledger.py', '.git/ledger.py', 'build/ledger.py', 'shop/my.local.py']) await show(file, UNSAVED);
  assert.equal((await show('shop/key.py', `${UNSAVED}-----BEGIN RSA PRIVATE KEY-----\n${"MIIEowIBAAKCAQEA".repeat(4)}\n`)).kept, 0);
  symlinkSync('../.env', join(repo.root, 'shop/linked.py'));
  assert.equal((await show('shop/linked.py', UNSAVED)).kept, 0, 'a link to a file of secrets');
  assert.equal((await show('shop/large.py', UNSAVED.repeat(10_000))).kept, 0);
  assert.equal(await copiedFrom(), []);
});

test('the texts of a connection go with it', async () => {
  const editor = await connect(PATIENCE);
  await show('shop/ledger.py', UNSAVED, editor);
  assert.equal(await copiedFrom(), ['shop/ledger.py']);
  editor.close();
  for (let left = 100; left > 0 && (await copiedFrom()).length > 0; left--) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await copiedFrom(), []);
});

test('a commit keeps what is open, and malformed calls are refused by name', async () => {
  await show('shop/ledger.py', UNSAVED);
  repo.commit({ 'shop/more.py': 'MORE = 1\n' });
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  assert.equal(await copiedFrom(), ['shop/ledger.py']);
  await show('shop/ledger.py', null);
  for (const [files, message] of [['x', /list/], [[{ file: 'a.py', text: '' }], /absolute/], [[{ file: '/a.py', text: 3 }], /string, or null/]] as const) {
    const error = await daemon.call('buffers', { files: files as never }, PATIENCE).then(() => undefined, (thrown: unknown) => thrown);
    assert.ok(error instanceof CallError && error.code === 'usage' && message.test(error.message), String(error));
  }
});

test('a connection leaves sixty-four texts at most, the last ones, and only what changed makes another map', () => {
  const buffers = createOpenBuffers();
  for (let k = 0; k < 70; k++) buffers.set('one', '/work', `f${k}.py`, String(k));
  buffers.set('two', '/work', 'f69.py', 'later');
  const here = buffers.of('/work');
  assert.equal([here.size, here.has('f5.py'), here.has('f6.py'), here.get('f69.py')], [64, false, true, 'later']);
  assert.is(buffers.of('/work'), here);
  buffers.set('one', '/elsewhere', 'a.py', 'x');
  buffers.set('two', '/work', 'f69.py', 'later');
  assert.is(buffers.of('/work').size, 63, 'the oldest made way');
  buffers.forget('one');
  assert.equal([...buffers.of('/work')], [['f69.py', 'later']]);
  assert.is(buffers.of('/elsewhere').size, 0);
});

test.run();
