import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { identifiersInOrder, identifiersOf } from '../../daemon/chunker/identifiers.js';

const test = suite('identifiers');

test('identifiers keep their order and repeats, keywords and single letters fall away', () => {
  assert.equal(identifiersInOrder('def load(path, n):\n    return load(path) if n else None', 'python'), ['load', 'path', 'load', 'path']);
});

test('each language has its own keywords', () => {
  const text = 'interface func self def größe';
  assert.equal(identifiersOf(text, 'python'), ['interface', 'func', 'größe']);
  assert.equal(identifiersOf(text, 'go'), ['self', 'def', 'größe']);
  assert.equal(identifiersOf(text, 'typescript'), ['func', 'self', 'def', 'größe']);
  assert.equal(identifiersOf(text, 'text'), ['interface', 'func', 'self', 'def', 'größe']);
});

test('a chunk has at most 64 identifiers, the first ones', () => {
  const names = Array.from({ length: 100 }, (_, k) => `name${k}`);
  assert.equal(identifiersOf([...names, ...names].join(' '), 'text'), names.slice(0, 64));
});

test('numbers, hashes and encoded data are no identifiers', () => {
  assert.equal(identifiersOf(`0xff 12e5 ${'a'.repeat(500)} value_1`, 'text'), ['value_1']);
});

test.run();
