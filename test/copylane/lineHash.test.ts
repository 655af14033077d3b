import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashLines } from '../../daemon/copylane/lineHash.js';

const test = suite('line hashes');
const shapeOf = (line: string): number => hashLines(line)[1]! >>> 8;
const indentIn = (line: string): number => hashLines(line)[1]! & 255;

test('each line has two words, and a newline at the end opens no further line', () => {
  assert.is(hashLines('').length, 0);
  assert.is(hashLines('a\nb').length, 4);
  assert.is(hashLines('a\nb\n').length, 4);
  assert.is(hashLines('a\n\nb\n').length, 6);
});

test('a blank line is zero and no other line is', () => {
  assert.equal([...hashLines('\n   \n\t\r\n')], [0, 0, 0, 0, 0, 0]);
  const hashes = hashLines(Array.from({ length: 2000 }, (_, k) => `value_${k} = ${k}`).join('\n'));
  assert.is(hashes.filter((hash, k) => k % 2 === 0 && hash === 0).length, 0);
});

test('indentation and line ends leave the exact hash alone', () => {
  const exact = hashLines('return value')[0];
  for (const line of ['    return value', '\treturn value  ', 'return value\r']) assert.is(hashLines(line)[0], exact, line);
  assert.is.not(hashLines('return values')[0], exact);
});

test('two thousand different lines have two thousand exact hashes', () => {
  const hashes = hashLines(Array.from({ length: 2000 }, (_, k) => `value_${k} = ${k}`).join('\n'));
  assert.is(new Set(hashes.filter((_, k) => k % 2 === 0)).size, 2000);
});

test('lines of one shape differ in names, numbers and strings only', () => {
  const shape = shapeOf('user = load(path, 10, "a")');
  assert.is(shapeOf('team  =  fetch(url, 0x7f, \'b c\')'), shape);
  for (const line of ['user = load(path, 10)', 'user = load(path, "a", 10)', 'return load(path, 10, "a")', 'user = load[path, 10, "a"]']) {
    assert.is.not(shapeOf(line), shape, line);
  }
  assert.is.not(shapeOf('if ready:'), shapeOf('while ready:'));
});

test('the indentation is kept in columns, a tab counting four', () => {
  assert.is(indentIn('x'), 0);
  assert.is(indentIn('    x'), 4);
  assert.is(indentIn('\t  x'), 6);
  assert.is(indentIn(`${' '.repeat(400)}x`), 255);
});

test.run();
