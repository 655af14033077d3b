import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { isLineEnd, PassingVocabulary, tokensOf, Vocabulary } from '../../daemon/copylane/tokens.js';
import { oidOf } from './lane.js';

const test = suite('token index');

/** An index over trees of texts, and the live paths where a line of tokens stands. */
function indexed(): { index: TokenIndex; open(tree: Record<string, string>): Promise<void>; paths(line: string): string[]; reads: string[] } {
  const blobs = new Map<string, string>();
  const reads: string[] = [];
  const index = new TokenIndex(async (oid) => {
    reads.push(oid);
    return blobs.get(oid);
  });
  return {
    index,
    reads,
    async open(tree) {
      for (const text of Object.values(tree)) blobs.set(oidOf(text), text);
      index.update(Object.entries(tree).map(([path, text]) => ({ path, oid: oidOf(text), hashes: hashLines(text) })));
      await index.settled();
    },
    paths(line) {
      const tokens = tokensOf(line, new PassingVocabulary(index.vocabulary));
      const { table, blobs: all, ownerOf } = index.snapshot();
      const found = new Int32Array(100);
      const count = table.find(tokens.length >= 5 ? 0 : 1, tokens, tokens.length - 1, 1000, found);
      return [...found.subarray(0, count)].flatMap((position) => all[ownerOf(position)]!.paths).sort();
    },
  };
}

test('a line is the concatenation of its tokens, whatever its blanks', () => {
  const vocabulary = new PassingVocabulary(new Vocabulary());
  for (const line of ['return self.load( path , "a b" )', 'x  =  1  # noqa', 'a\tb', '"open', 'größe = {  }', "f'{x!r}'", '\u{1F600} = 1']) {
    assert.is(vocabulary.lineOf(tokensOf(line, vocabulary)), line);
  }
});

test('words of an open buffer do not enter the vocabulary', () => {
  const vocabulary = new Vocabulary();
  const before = vocabulary.size;
  const passing = new PassingVocabulary(vocabulary);
  assert.is(passing.lineOf(passing.tokensOf('never_seen = once')), 'never_seen = once');
  assert.is(vocabulary.size, before);
});

test('runs of tokens are found across lines, only in the open tree, and only once read', async () => {
  const { index, open, paths, reads } = indexed();
  await open({ 'a.py': 'x = load(path)\n', 'b.py': 'y = load(other)\n' });
  assert.equal(paths('= load('), ['a.py', 'b.py']);
  await open({ 'a.py': 'x = load(path)\n', 'c.py': 'z = save(path)\n' });
  assert.equal(paths('= load('), ['a.py']);
  assert.equal(paths('= save('), ['c.py']);
  await open({ 'a.py': 'x = load(path)\n', 'b.py': 'y = load(other)\n' });
  assert.equal(paths('= load('), ['a.py', 'b.py'], 'the tree before');
  assert.is(reads.length, new Set(reads).size, 'a blob seen before is not read again');
  assert.ok(index.size > 0);
});

test('one blob under two paths is kept once', async () => {
  const { open, paths, reads } = indexed();
  await open({ 'a/x.py': 'one = two(three)\n', 'b/x.py': 'one = two(three)\n' });
  assert.is(reads.length, 1);
  assert.equal(paths('= two('), ['a/x.py', 'b/x.py']);
});

test('dead blobs are dropped once they outweigh the live ones, and what lives is still found', async () => {
  const { index, open, paths } = indexed();
  const tree = (branch: string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: 60 }, (_, k) => [`f${k}.py`, Array.from({ length: 250 }, (_, line) => `${branch}_${k}_${line} = call_${branch}(value_${line}, ${k})`).join('\n')]));
  await open({ ...tree('one'), 'kept.py': 'kept = kept_call(kept_value, 1)\n' });
  const one = index.size;
  const words = index.vocabulary.size;
  await open({ 'kept.py': 'kept = kept_call(kept_value, 1)\n', ...tree('two') });
  await open({ 'kept.py': 'kept = kept_call(kept_value, 1)\n', ...tree('three') });
  assert.ok(index.size < 3 * one, `${index.size} tokens after three trees of ${one}`);
  assert.ok(index.vocabulary.size < 3 * words, 'the words of dropped blobs are gone too');
  assert.equal(paths('kept = kept_call(kept_value'), ['kept.py']);
  assert.equal(paths('= call_one('), []);
  assert.is(paths('= call_three(value_7, 59'.slice(2)).length, 1);
});

test('text that is not what was hashed is not indexed', async () => {
  const index = new TokenIndex(async () => 'x = wrong(1)\n');
  index.update([{ path: 'a.py', oid: 'f'.repeat(40), hashes: hashLines('x = right(1)\n') }]);
  await index.settled();
  assert.equal(index.vocabulary.find('wrong'), undefined);
});

test('blobs that cannot be read are left out and break nothing', async () => {
  const index = new TokenIndex(async (oid) => {
    if (oid.startsWith('a')) throw new Error('gone');
    return oid.startsWith('b') ? undefined : 'x = call(1)\n';
  });
  index.update(['a', 'b', 'c'].map((letter) => ({ path: `${letter}.py`, oid: letter.repeat(40), hashes: hashLines('x = call(1)\n') })));
  await index.settled();
  assert.equal(index.snapshot().blobs.map(({ oid }) => oid[0]), ['c']);
});

test('CRLF, tabs, a missing last newline, binary bytes and a line of a megabyte are taken as they come', async () => {
  const { index, open, paths } = indexed();
  const long = `data = "${'x y '.repeat(2 ** 18)}"`;
  await open({
    'crlf.py': 'def go(self):\r\n\treturn run(self)\r\n',
    'none.py': 'def go(self):\n\treturn run(other)',
    'long.js': `before = call(one)\n${long}\nafter = call(two)\n`,
    'binary.bin': `\u0000\u0001\uFFFD = \u0000(\uFFFD)\n`,
    'empty.py': '',
    'blank.py': '\n\n   \n',
  });
  assert.equal(paths('return run('), ['crlf.py', 'none.py']);
  assert.equal(paths('= call('), ['long.js', 'long.js']);
  assert.ok(index.size < 200, `the long line is left out: ${index.size} tokens`);
});

test('a tree opened while another is read is the one that counts', async () => {
  const { index, open, paths } = indexed();
  const first = open(Object.fromEntries(Array.from({ length: 50 }, (_, k) => [`f${k}.py`, `x_${k} = old_call(${k})\n`])));
  const second = open({ 'new.py': 'x = new_call(1)\n' });
  await Promise.all([first, second]);
  assert.equal(paths('= old_call('), []);
  assert.equal(paths('= new_call('), ['new.py']);
  assert.ok(!isLineEnd(index.snapshot().table.tokens[2]!));
});

test('a tree known already that is opened while another is read is settled at once', async () => {
  const { index, open, paths } = indexed();
  const known = { 'a.py': 'x = known_call(1)\n' };
  await open(known);
  const asked = open(Object.fromEntries(Array.from({ length: 50 }, (_, k) => [`f${k}.py`, `x_${k} = other_call(${k})\n`])));
  await open(known);
  await asked;
  await index.settled();
  assert.equal(paths('= known_call('), ['a.py']);
  assert.equal(paths('= other_call('), []);
});

test.run();
