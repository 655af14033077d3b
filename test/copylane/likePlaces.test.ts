/** Places that go on after lines like those above the cursor. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { LineIndex } from '../../daemon/copylane/lineIndex.js';
import { likePlaces } from '../../daemon/copylane/likePlaces.js';

const places = suite('like places');

const FILES: Record<string, string> = {
  'a.py': 'def open(name):\n    stream = find(name)\n    stream.rewind()\n    return stream\n',
  'b.py': 'import os\n\ndef close(other):\n    handle = seek(other)\n    handle.release()\n',
  'c.py': 'x = 1\n',
};
const index = new LineIndex();
index.update(Object.entries(FILES).map(([path, text]) => ({ path, oid: path, hashes: hashLines(text) })));

places('equal lines come before lines of equal shape, and each names the line that follows', () => {
  const found = likePlaces(index, { path: 'new.py', prefix: 'def open(name):\n    stream = find(name)\n    ' }, 16);
  assert.equal(found.slice(0, 2), [{ path: 'a.py', line: 2 }, { path: 'b.py', line: 4 }]);
});

places('no more than asked for, and never of the edited file', () => {
  const prefix = 'def open(name):\n    stream = find(name)\n    ';
  assert.equal(likePlaces(index, { path: 'new.py', prefix }, 1).length, 1);
  assert.ok(likePlaces(index, { path: 'a.py', prefix }, 16).every(({ path }) => path !== 'a.py'));
});

places('where nothing is alike there are none', () => {
  assert.equal(likePlaces(index, { path: 'new.py', prefix: 'class Unheard(of, anything):\n    @here\n    ' }, 16).filter(({ path }) => path === 'a.py'), []);
  assert.equal(likePlaces(new LineIndex(), { path: 'new.py', prefix: 'x = 1\n' }, 16), []);
});

places.run();
