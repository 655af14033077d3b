import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { choose, type CopyCandidate } from '../../daemon/complete/choose.js';
import { fuseRanks } from '../../daemon/complete/fuseRanks.js';
import { sanitize, withoutRest, MAX_COMPLETION } from '../../daemon/complete/sanitize.js';
import { boundPrefix, importedNames, queryIdentifiers, queryText } from '../../daemon/complete/window.js';
import { splitAtCursor } from '../../daemon/methods/buffer.js';
import type { GenerateResult } from '../../models/types.js';

const test = suite('choosing and cleaning');

const score = (logProb: number) => ({ logProb, tokens: 4 });
function generated(text: string, logProb: number, scored: [string, number][] = [], more: Partial<GenerateResult> = {}): GenerateResult {
  return {
    text, ...score(logProb), stopped: 'line',
    candidates: scored.map(([candidate, sum]) => ({ text: candidate, ...score(sum) })),
    alternatives: [],
    tokens: { prefix: 0, suffix: 0, pasted: 0, memory: 0, generated: 4, drafted: 0, accepted: 0, reused: 0 },
    ms: { queue: 0, prefill: 0, decode: 0 },
    ...more,
  };
}
const copy = (text: string, chance: number): CopyCandidate => ({ text, path: 'a.py', line: 1, score: chance });

test('a confident copy that the generator finds likely too beats its own line', () => {
  const choice = choose([copy('copied()', 0.9)], generated('own()', -2, [['copied()', -2.4]]), '');
  assert.equal([choice.lane, choice.text], ['copy', 'copied()']);
});

test('a doubtful copy that the generator finds unlikely loses', () => {
  const choice = choose([copy('copied()', 0.05)], generated('own()', -0.4, [['copied()', -30]]), '');
  assert.equal([choice.lane, choice.text], ['model', 'own()']);
});

test('agreement is the model speaking', () => {
  const choice = choose([copy('same()', 0.9), copy('other()', 0.1)], generated('same() ', -1, [['same()', -1], ['other()', -9]]), '');
  assert.equal([choice.lane, choice.text], ['model', 'same() ']);
  assert.match(choice.why, 'agree');
});

test('a line of both lanes is ranked once, with what both know of it', () => {
  const { ranked } = choose([copy('same()', 0.5)], generated('same()', -1, [['same()', -1]], { alternatives: [{ text: 'same()', ...score(-1) }, { text: 'more()', ...score(-3) }] }), '');
  assert.equal(ranked.map(({ text }) => text).sort(), ['more()', 'same()']);
  const { features } = ranked.find(({ text }) => text === 'same()')!;
  assert.equal([features.copied, features.greedy], [1, 1]);
});

test("with the generator's scores a lower candidate overtakes the copy lane's best", () => {
  const choice = choose([copy('first()', 0.4), copy('second()', 0.35)], generated('own()', -8, [['first()', -25], ['second()', -3]]), '');
  assert.is(choice.text, 'second()');
});

test("another line of the generator's own can be taken", () => {
  const choice = choose([], generated('own()', -2, [], { alternatives: [{ text: 'other()', ...score(-3) }] }), '', { bias: 0, weights: { greedy: -10 } });
  assert.equal([choice.lane, choice.text], ['model', 'other()']);
});

test('a line that would only repeat the one above it is seen to, also with its start typed', () => {
  const alternatives = [{ text: 'b = 2', ...score(-3) }];
  const { ranked } = choose([], generated('a = 1', -2, [], { alternatives }), 'b = 2\n\n  a = 1\n  ');
  const of = (text: string) => ranked.find((line) => line.text === text)!.features;
  assert.equal([of('a = 1').repeats_above, of('a = 1').repeats_near], [1, 1]);
  assert.equal([of('b = 2').repeats_above, of('b = 2').repeats_near], [0, 1]);
  assert.is(choose([], generated('= 1', -2, [], { alternatives }), '  a = 1\n  a ').ranked.find(({ text }) => text === '= 1')!.features.repeats_above, 1);
});

test('every feature is a finite number, whatever the scores', () => {
  const { ranked } = choose([copy('c', 1), copy('d', 0)], generated('own', -Infinity, [['c', -Infinity], ['d', 0]]), '');
  assert.is(ranked.length, 3);
  for (const { features } of ranked) for (const [name, value] of Object.entries(features)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
});

test('with no model the best copy answers, and with neither nothing does', () => {
  assert.equal(choose([copy('a', 0.2), copy('b', 0.1)], undefined, '').text, 'a');
  assert.equal(choose([], undefined, '').lane, 'none');
  assert.equal(choose([], generated('', -0.1), '').lane, 'none');
});

test('an empty greedy line gives way to a copy', () => {
  assert.equal(choose([copy('a', 0.01)], generated('', -0.1, [['a', -50]]), '').text, 'a');
});

test('a line cut off by the deadline gives way to a copy', () => {
  assert.is(choose([copy('whole()', 0.1)], generated('hal', -1, [], { stopped: 'deadline' }), '').lane, 'copy');
});

test('fitted parameters decide in place of the default, but not those of features no longer known', () => {
  const candidates = [copy('copied()', 0.9)];
  const result = generated('own()', -2, [['copied()', -2.4]]);
  assert.is(choose(candidates, result, '', { bias: -100, weights: {} }).lane, 'model');
  assert.is(choose(candidates, result, '', { bias: 100, weights: {} }).lane, 'copy');
  assert.is(choose(candidates, result, '', { bias: -100, weights: { margin: 1 } }).lane, 'copy');
});

test('control, bidirectional and invisible characters never reach an editor', () => {
  assert.is(sanitize('a\u001b[31mb\u202ec\u200bd\ufeffe\rf\u0000g\tx\ufffd ', 'line'), 'a[31mbcdefg\tx');
  assert.is(sanitize('ok \ud800x 𝒳 ü', 'block'), 'ok x 𝒳 ü');
});

test('a line completion ends with its line, and none is longer than the cap', () => {
  assert.is(sanitize('one\ntwo', 'line'), 'one');
  assert.is(sanitize('one\ntwo', 'block'), 'one\ntwo');
  assert.is(sanitize('x'.repeat(2 * MAX_COMPLETION), 'line').length, MAX_COMPLETION);
});

test('what stands high in two lists beats what leads one', () => {
  const order = (weight: number) => fuseRanks([{ items: ['a', 'b', 'c'], weight: 1 }, { items: ['d', 'b', 'c'], weight }], (item) => item).map(({ item }) => item);
  assert.equal(order(1), ['b', 'c', 'a', 'd']);
  assert.equal(order(0.05), ['a', 'b', 'c', 'd'], 'a list of little weight hardly changes the order');
});

test('the query is the last lines, its identifiers the nearest first', () => {
  const text = Array.from({ length: 40 }, (_, k) => `line_${k}`).join('\n');
  assert.is(queryText(text, 3), 'line_37\nline_38\nline_39');
  assert.is(queryText('short', 20), 'short');
  const weights = queryIdentifiers(text, 'python');
  assert.equal([...weights].slice(0, 2), [['line_39', 1], ['line_38', 0.5 ** (1 / 6)]]);
  assert.equal([weights.size, weights.get('line_33')], [40, 0.5]);
  assert.equal([...queryIdentifiers('near', 'python', ' draft\nlast').entries()], [['last', 1], ['draft', 1], ['near', 1]], 'a draft is as near as the cursor');
  assert.is(queryIdentifiers(Array.from({ length: 200 }, (_, k) => `name_${k}`).join(' '), 'python').size, 64);
});

test('imported names come from import lines alone', () => {
  const names = importedNames("import os\nfrom shop.basket import Basket\nvalue = other\nconst x = require('thing')\n", 'python');
  for (const name of ['os', 'shop', 'basket', 'Basket', 'thing']) assert.ok(names.has(name), name);
  assert.not.ok(names.has('other'));
});

test('a long prefix is cut at a line start, and typing on keeps the cut', () => {
  const text = 'some line of text\n'.repeat(1000);
  const first = boundPrefix(text, 1000);
  assert.ok(first.length >= 1000 - 18 && first.length <= 2000 && first.startsWith('some line'));
  assert.ok(boundPrefix(`${text.slice(0, -500)}`, 1000).length > 0);
  assert.is(boundPrefix(`${text}more`, 1000), `${first}more`);
});

test('the cursor splits a buffer by lines from 1 and UTF-16 columns from 0', () => {
  assert.equal(splitAtCursor('a\n𝒳b\nc', 2, 2), { prefix: 'a\n𝒳', suffix: 'b\nc' });
  assert.equal(splitAtCursor('a\n', 2, 0), { prefix: 'a\n', suffix: '' });
  assert.equal(splitAtCursor('', 1, 0), { prefix: '', suffix: '' });
  assert.equal(splitAtCursor('ab\r\nc', 1, 2), { prefix: 'ab', suffix: '\r\nc' });
  for (const [line, column] of [[0, 0], [3, 0], [1, 2], [1, -1], [1.5, 0]] as const) assert.throws(() => splitAtCursor('a\n', line, column), /line|cursor/);
});

test('what stands right of the cursor already is not inserted again', () => {
  assert.is(withoutRest('foo(bar)', ')\nnext'), 'foo(bar');
  assert.is(withoutRest('port interface RouterDef<', 'port interface RouterDef<\n'), '');
  assert.is(withoutRest('foo(bar)', ' // note\n'), 'foo(bar)');
  assert.is(withoutRest('foo', '\nfoo'), 'foo');
  assert.is(withoutRest('foo', null), 'foo');
});

test.run();
