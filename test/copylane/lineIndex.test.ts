import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { editedFile } from '../../daemon/copylane/editedFile.js';
import { hashExact, hashLines } from '../../daemon/copylane/lineHash.js';
import { LineIndex, sharedFolders } from '../../daemon/copylane/lineIndex.js';
import { oidOf } from './lane.js';

const test = suite('line index');
const filesOf = (tree: Record<string, string>) => Object.entries(tree).map(([path, text]) => ({ path, oid: oidOf(text), hashes: hashLines(text) }));

/** Paths and 0-based lines where a run of lines ends, nearest last. */
function places(index: LineIndex, run: string[], exclude = ''): string[] {
  const query = Uint32Array.from(run.map(hashExact).reverse());
  return index.find('exact', run.length, query, 1000)
    .flatMap((position) => {
      const place = index.place(position, editedFile(index, exclude, '', null));
      return place ? [`${place.path}:${index.line[position]}`] : [];
    })
    .sort();
}

test('a line and a run of lines are found wherever they stand, blank lines apart', () => {
  const index = new LineIndex();
  index.update(filesOf({ 'a.py': 'x\ny\nz\n', 'b.py': 'w\n\n  x\n\n\n  y\n', 'c.py': 'y\nx\n' }));
  assert.equal(places(index, ['x']), ['a.py:0', 'b.py:2', 'c.py:1']);
  assert.equal(places(index, ['x', 'y']), ['a.py:1', 'b.py:5']);
  assert.is(index.size, 8);
});

test('no run reaches from one file into the next', () => {
  const index = new LineIndex();
  index.update(filesOf({ 'a.py': 'x', 'b.py': 'y' }));
  assert.equal(places(index, ['x', 'y']), []);
});

test('one blob under two paths is indexed once, found under the nearer, and not at all from either', () => {
  const index = new LineIndex();
  index.update(filesOf({ 'a/x.py': 'one\n', 'b/x.py': 'one\n' }));
  assert.is(index.size, 1);
  assert.equal(places(index, ['one'], 'a/y.py'), ['a/x.py:0']);
  assert.equal(places(index, ['one'], 'b/y.py'), ['b/x.py:0']);
  assert.equal(places(index, ['one'], 'a/x.py'), []);
  assert.equal(places(index, ['one'], 'b/x.py'), []);
});

test('a tree that is no longer open is never found, and is found again when it is', () => {
  const index = new LineIndex();
  const main = { 'a.py': 'kept\n', 'b.py': 'on main\n' };
  const branch = { 'a.py': 'kept\n', 'c.py': 'on branch\n' };
  index.update(filesOf(main));
  index.update(filesOf(branch));
  assert.equal(places(index, ['on main']), []);
  assert.equal(places(index, ['on branch']), ['c.py:0']);
  assert.is(index.size, 2);
  index.update(filesOf(main));
  assert.equal(places(index, ['on main']), ['b.py:0']);
  assert.equal(places(index, ['on branch']), []);
  assert.equal(places(index, ['kept']), ['a.py:0']);
});

test('an index that grew, was switched and dropped its dead finds what a fresh one finds', () => {
  const text = (file: number, round: number): string =>
    Array.from({ length: 400 }, (_, line) => `call_${file}_${(line * 7 + round) % 90}(${round})\n`).join('');
  const tree = (round: number) => Object.fromEntries(Array.from({ length: 60 }, (_, file) => [`f${file}.py`, text(file, file % 3 === 0 ? 0 : round)]));
  const grown = new LineIndex();
  for (let round = 0; round < 8; round++) grown.update(filesOf(tree(round)));
  const fresh = new LineIndex();
  fresh.update(filesOf(tree(7)));
  assert.is(grown.size, fresh.size);
  // 8 trees with 40 files of their own each would be 8 times that.
  assert.ok(grown.exact.length <= 8 * fresh.exact.length / 2);
  let found = 0;
  for (let k = 0; k < 90; k++) {
    for (const run of [[`call_3_${k}(0)`], [`call_4_${k}(7)`], [`call_4_${k}(7)`, `call_4_${(k + 7) % 90}(7)`], [`call_4_${k}(6)`]]) {
      const expected = places(fresh, run);
      found += expected.length;
      assert.equal(places(grown, run), expected, run.join(' / '));
    }
  }
  assert.ok(found > 500);
});

test('files with nothing in them disturb nothing', () => {
  const index = new LineIndex();
  index.update(filesOf({ 'a.py': '', 'b.py': '\n\n', 'c.py': 'x\n' }));
  assert.equal(places(index, ['x']), ['c.py:0']);
  assert.is(index.size, 1);
});

test('nearness counts shared folders only', () => {
  assert.is(sharedFolders('a/b/c.py', 'a/b/d.py'), 2);
  assert.is(sharedFolders('a/b', 'a/b/c'), 1);
  assert.is(sharedFolders('x.py', 'x.py'), 0);
});

test.run();
