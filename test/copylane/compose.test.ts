import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probabilitiesOf } from '../../daemon/copylane/chooser.js';
import { FEATURES, type Features } from '../../daemon/copylane/features.js';
import { createComposer } from '../../daemon/copylane/composeLines.js';
import { editedFile } from '../../daemon/copylane/editedFile.js';
import { readPrompt } from '../../daemon/copylane/promptLines.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { oidOf, treeLane } from './lane.js';

const test = suite('composed lines');

async function composer(tree: Record<string, string>, prefix: string, path = 'new.py', suffix: string | null = null) {
  const texts = new Map(Object.values(tree).map((text) => [oidOf(text), text]));
  const tokens = new TokenIndex(async (oid) => texts.get(oid));
  tokens.update(Object.entries(tree).map(([at, text]) => ({ path: at, oid: oidOf(text), hashes: hashLines(text) })));
  await tokens.settled();
  return createComposer(tokens.snapshot(), readPrompt(prefix, suffix, path), editedFile(treeLane(tree).index, path, prefix, suffix));
}
const composed = async (...args: Parameters<typeof composer>): Promise<string[]> => (await composer(...args)).lines().map(({ line }) => line);

test('a line that stands nowhere is put together from two places', async () => {
  const tree = { 'a.py': 'def go():\n    conn = open_it(path)\n    done()\n', 'b.py': 'reader = open_it(path).read(limit)\n' };
  const found = await composed(tree, 'def run():\n    def go():\n        ');
  assert.ok(found.includes('conn = open_it(path).read(limit)'), found.join(' | '));
  for (const text of Object.values(tree)) assert.not.ok(text.includes('conn = open_it(path).read(limit)'));
});

test('the longest match goes before more frequent shorter ones', async () => {
  const short = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`s${k}.py`, `other_${k}(item)\ncheck(item)\nusual(${k})\n`]));
  const long = Object.fromEntries([1, 2, 3].map((k) => [`l${k}.py`, `first_${k}()\nbegin(item)\ncheck(item)\nrare(item)\n`]));
  const found = await composed({ ...long, ...short }, 'begin(item)\ncheck(item)\n');
  assert.is(found[0], 'rare(item)');
});

test('where the long context is new, shorter ones answer', async () => {
  const found = await composed({ 'a.py': 'never = seen(here)\nvalue = compute(here)\n' }, 'something.quite(different)\nvalue = ');
  assert.ok(found.some((line) => line.startsWith('value = ')), found.join(' | '));
});

test('in mid-word and in an open string the composed line goes on from there', async () => {
  const tree = { 'a.py': 'x = compute_total(items, "a b")\n' };
  assert.ok((await composed(tree, 'x = comp')).includes('x = compute_total(items, "a b")'));
  assert.ok((await composed(tree, 'x = compute_total(items, "a')).includes('x = compute_total(items, "a b")'));
  assert.equal(await composed(tree, 'x = unheard'), []);
});

test('an edit of the open file counts at once, above the cursor and below it', async () => {
  assert.ok((await composed({}, 'a = fresh_name(1)\nb = ')).includes('b = fresh_name(1)'));
  assert.ok((await composed({}, 'b = ', 'new.py', '\na = fresh_name(1)\n')).includes('b = fresh_name(1)'));
  assert.equal(await composed({}, 'b = '), []);
});

test('the stored text of the edited file is not composed from', async () => {
  const tree = { 'a.py': 'x = only_in_the_commit(path)\n' };
  assert.equal(await composed(tree, 'x = ', 'a.py'), []);
  assert.ok((await composed(tree, 'x = ', 'b.py')).includes('x = only_in_the_commit(path)'));
});

test('a blob that is no longer live is not composed from', async () => {
  const lane = treeLane({ 'a.py': 'x = line_of_main(path)\n' });
  await lane.settled();
  const ask = async (): Promise<string[]> => (await lane.propose({ prefix: 'y = 1\nx = ', suffix: null, path: 'new.py' })).map(({ text }) => text);
  assert.ok((await ask()).includes('line_of_main(path)'));
  lane.open({ 'a.py': 'x = line_of_branch(path)\n' });
  await lane.settled();
  const found = await ask();
  assert.ok(found.includes('line_of_branch(path)'));
  assert.not.ok(found.some((text) => text.includes('main')));
});

test('a line that stands in the repository is likelier than one that does not', async () => {
  const judge = await composer({ 'a.py': 'begin()\nvalue = compute(item)\n' }, 'begin()\n');
  assert.ok(judge.likelihood('value = compute(item)').sum > judge.likelihood('value = compute(other)').sum);
  assert.ok(judge.likelihood('value = compute(item)').least <= judge.likelihood('value = compute(item)').mean);
});

test('weird buffers neither throw nor hang', async () => {
  const tree = { 'a.py': 'x = 1\r\n\ty = 2' };
  for (const prefix of ['', '\r\n', '\t', '\u0000\u0001', `${'x '.repeat(2 ** 19)}\n`, '"', '"""\n', '}\n}\n}', '\u{1F600}\n', 'a\rb\rc']) {
    const lane = treeLane(tree);
    await lane.settled();
    for (const { text } of await lane.propose({ prefix, suffix: '\r\n', path: 'b.py' })) assert.not.match(text, /[\r\n]/);
  }
});

test('probabilities of one request sum to less than one, and lack of candidates is none', () => {
  const features = (k: number): Features => Object.fromEntries(FEATURES.map((name, f) => [name, (f * 7 + k * 13) % 5 === 0 ? 1 : 0])) as Features;
  const all = probabilitiesOf(Array.from({ length: 20 }, (_, k) => features(k)));
  assert.is(all.length, 20);
  const sum = all.reduce((so, one) => so + one, 0);
  assert.ok(sum > 0 && sum < 1);
  assert.equal(probabilitiesOf([]), []);
});

test.run();
