import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootstrapInterval, percentile } from './bootstrap.js';
import { firstLine, identifiersOf, levenshtein, scoreLine } from './metrics.js';

const test = suite('metrics');

test('the first non-empty line is compared, stripped on both sides', () => {
  assert.equal(scoreLine('\n   return x  \nmore', '  return x\r'), { em: true, es: 1, idEm: true });
  assert.is(firstLine('\n \t\n'), '');
});

test('edit similarity is one less the distance over the longer length', () => {
  assert.is(levenshtein('kitten', 'sitting'), 3);
  assert.is(levenshtein('', 'abc'), 3);
  assert.is(levenshtein('abc', ''), 3);
  assert.is(scoreLine('kitten', 'sitting').es, 1 - 3 / 7);
  assert.is(scoreLine('', 'abc').es, 0);
});

test('identifiers may match where the line does not, and order counts', () => {
  const score = scoreLine('foo(bar, 1)', 'foo(bar,1)');
  assert.is(score.em, false);
  assert.is(score.idEm, true);
  assert.is(scoreLine('bar(foo)', 'foo(bar)').idEm, false);
  assert.equal(identifiersOf('x1 = $y + naïve_2 - 3'), ['x1', '$y', 'naïve_2']);
});

test('the interval holds the mean, narrows with more values and repeats exactly', () => {
  const few = Array.from({ length: 20 }, (_, i) => i % 2);
  const many = Array.from({ length: 2000 }, (_, i) => i % 2);
  const [lo, hi] = bootstrapInterval(few);
  assert.ok(lo < 0.5 && hi > 0.5);
  const [narrowLo, narrowHi] = bootstrapInterval(many);
  assert.ok(narrowHi - narrowLo < (hi - lo) / 5);
  assert.equal(bootstrapInterval(few), [lo, hi]);
});

test('the interval of a proportion is near the one the normal law gives', () => {
  const values = Array.from({ length: 400 }, (_, i) => Number(i % 4 === 0));
  const [lo, hi] = bootstrapInterval(values);
  const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
  assert.ok(Math.abs(lo - (0.25 - half)) < 0.006, `lo ${lo}`);
  assert.ok(Math.abs(hi - (0.25 + half)) < 0.006, `hi ${hi}`);
});

test('equal values leave no doubt', () => {
  assert.equal(bootstrapInterval([1, 1, 1]), [1, 1]);
});

test('percentiles go by the nearest rank', () => {
  assert.is(percentile([1, 2, 3, 4], 0.5), 2);
  assert.is(percentile([1, 2, 3, 4], 0.95), 4);
  assert.is(percentile([9], 0.05), 9);
});

test.run();
