import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lineBelow } from '../../client/lsp/ahead.js';
import { createRemembered } from '../../client/lsp/remembered.js';
import { completion } from './listener.js';

const test = suite('remembered suggestions');
const at = (before: string, after = '\n', file = '/a.py') => ({ file, before, after });

test('what is typed along a suggestion leaves the rest of it, and nothing else does', () => {
  const remembered = createRemembered();
  remembered.keep(at('x = '), completion('total + 1'));
  const rest = (before: string, after?: string, file?: string): string | undefined => remembered.find(at(before, after, file))?.text;
  assert.equal([rest('x = '), rest('x = tot'), rest('x = total + ')], ['total + 1', 'al + 1', '1']);
  assert.equal([rest('x = total + 1'), rest('x = tax'), rest('x ='), rest('y = tot'), rest('x = tot', ')\n'), rest('x = tot', '\n', '/b.py')], Array(6).fill(undefined));
});

test('a key taken back brings the suggestion from before, and the newest that fits is taken', () => {
  const remembered = createRemembered();
  remembered.keep(at('x = '), completion('total'));
  remembered.keep(at('x = q'), completion('uota'));
  remembered.keep(at('x = t'), completion('ax'));
  assert.equal([remembered.find(at('x = '))?.text, remembered.find(at('x = t'))?.text, remembered.find(at('x = to'))?.text], ['total', 'ax', 'tal']);
});

test('nothing is kept of an empty answer, for long, or past a change of the settings', () => {
  let now = 0;
  const remembered = createRemembered(() => now);
  remembered.keep(at('x'), completion(''));
  assert.is(remembered.find(at('x')), undefined);
  remembered.keep(at('x'), completion('yz'));
  now = 29_000;
  assert.is(remembered.find(at('xy'))?.text, 'z');
  now = 31_000;
  assert.is(remembered.find(at('xy')), undefined);
  now = 0;
  remembered.clear();
  assert.is(remembered.find(at('xy')), undefined);
});

test('the line below a suggestion is where an editor begins it', () => {
  const below = (before: string, suggestion: string, after = '\n'): string | undefined => lineBelow(at(before, after), suggestion)?.before;
  assert.is(below('def f():\n    x', ' = 1'), 'def f():\n    x = 1\n    ');
  assert.is(below('def f():\n  if', ' x:'), 'def f():\n  if x:\n    ');
  assert.is(below('\tfor', ' {', ''), '\tfor {\n\t\t');
  assert.is(below('if', ' x:'), 'if x:\n    ');
  assert.is(below('a\r\nb', 'c', '\r\n'), 'a\r\nbc\r\n');
  assert.is(below('call(', 'x', ')\n'), undefined);
});

test.run();
