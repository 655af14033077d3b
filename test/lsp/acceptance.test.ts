/** What edits say about a suggestion. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAcceptance, type Acceptance } from '../../client/lsp/acceptance.js';
import type { EditorCounts } from '../../client/editorCounts.js';

const test = suite('lsp: acceptance');
const DOC = 'file:///a.py';

/** [shown, accepted, partial, dismissed] once all is over. */
function counted(happens: (acceptance: Acceptance, type: (...texts: string[]) => void) => void): number[] {
  const sum: EditorCounts = { shown: 0, accepted: 0, partial: 0, dismissed: 0 };
  const acceptance = createAcceptance((more) => {
    for (const name of Object.keys(sum) as (keyof EditorCounts)[]) sum[name] += more[name];
  });
  let at = 10;
  happens(acceptance, (...texts) => {
    for (const text of texts) {
      acceptance.edit(DOC, { offset: at, length: 0, text });
      at += text.length;
    }
  });
  acceptance.end();
  return Object.values(sum);
}

const CASES: [string, number[], Parameters<typeof counted>[0]][] = [
  ['taken whole, told by the command', [1, 1, 0, 0], (a) => a.accepted(a.show(DOC, 10, 'foo(bar)'))],
  ['taken whole, told by the edit alone', [1, 1, 0, 0], (a, type) => (a.show(DOC, 10, 'foo(bar)'), type('foo(bar)'))],
  ['taken whole, told by both', [1, 1, 0, 0], (a, type) => {
    const id = a.show(DOC, 10, 'foo(bar)');
    type('foo(bar)');
    a.accepted(id);
  }],
  ['a command about another one', [1, 0, 0, 1], (a) => (a.show(DOC, 10, 'foo'), a.accepted('nobody'), a.accepted('undefined'))],
  ['taken whole from a menu, which replaces the word left of the cursor', [1, 1, 0, 0], (a) => {
    const id = a.show(DOC, 10, 'foo(bar)');
    a.edit(DOC, { offset: 8, length: 2, text: 'a_foo(bar)' });
    a.accepted(id);
  }],
  ['taken word by word', [1, 0, 1, 0], (a, type) => (a.show(DOC, 10, 'foo(bar)'), type('foo', '(bar'))],
  ['taken in part, then something else', [1, 0, 1, 0], (a, type) => (a.show(DOC, 10, 'foo(bar)'), type('foo', 'x', 'y'))],
  ['something else', [1, 0, 0, 1], (a, type) => (a.show(DOC, 10, 'foo(bar)'), type('x'))],
  ['the document is closed', [1, 0, 0, 1], (a) => (a.show(DOC, 10, 'foo(bar)'), a.close(DOC))],
  ['another suggestion takes its place', [2, 0, 0, 2], (a) => (a.show(DOC, 10, 'foo(bar)'), a.show(DOC, 10, 'other'))],
  ['typed along, with a new request at every key', [1, 0, 0, 1], (a, type) => {
    a.show(DOC, 10, 'foo');
    type('f');
    a.show(DOC, 11, 'oo');
    type('o');
    a.show(DOC, 12, 'o + 1');
  }],
  ['typed out by hand', [1, 0, 0, 0], (a, type) => (a.show(DOC, 10, 'foo'), type('f', 'o', 'o'))],
  ['an opening bracket that the editor closes is not a part taken', [1, 0, 0, 1], (a, type) => (a.show(DOC, 10, '() + 1'), type('()'))],
  ['deleting, or replacing everything', [2, 0, 0, 2], (a) => {
    a.show(DOC, 10, 'foo');
    a.edit(DOC, { offset: 9, length: 1, text: '' });
    a.show(DOC, 9, 'bar');
    a.edit(DOC, undefined);
  }],
  ['each document has its own', [2, 0, 0, 2], (a) => (a.show(DOC, 10, 'foo'), a.show('file:///b.py', 10, 'foo'))],
];
for (const [title, expected, happens] of CASES) test(title, () => assert.equal(counted(happens), expected));

test('counts that cannot be written are no error', () => {
  const acceptance = createAcceptance(() => {
    throw new Error('the disk is full');
  });
  acceptance.accepted(acceptance.show(DOC, 0, 'x'));
  acceptance.end();
});

test.run();
