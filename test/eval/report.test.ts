import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Arm } from './arms.js';
import { makeReport, type Outcome } from './report.js';
import { reportTable } from './table.js';

const test = suite('eval report');

function outcomes(arm: Arm, hits: readonly number[], repo = 'a/b'): Outcome[] {
  return hits.map((hit, i) => ({ task: `${repo}/${i}`, repo, arm, em: hit === 1, es: hit, idEm: hit === 1, ms: 10 * (i + 1), tokensIn: 100 }));
}

test('shares improved and worsened are counted task by task against none', () => {
  const report = makeReport([...outcomes('none', [1, 1, 0, 0]), ...outcomes('hef', [1, 0, 1, 1])], 'left', 'nano');
  assert.equal([report.arms.hef?.improved, report.arms.hef?.worsened], [0.5, 0.25]);
  assert.equal([report.arms.none?.improved, report.arms.none?.worsened], [0, 0]);
  assert.equal([report.tasks, report.arms.hef?.n, report.arms.hef?.em, report.arms.hef?.p50_ms, report.arms.hef?.p95_ms], [4, 4, 0.75, 20, 40]);
});

test('without the arm none nothing is improved or worsened', () => {
  assert.is(makeReport(outcomes('copy', [1]), 'fim', 'nano').arms.copy?.improved, null);
});

test('recovery is the gain of the memory over the gain of pasted text', () => {
  const all = [...outcomes('none', [1, 0, 0, 0, 0]), ...outcomes('snippet-512', [1, 1, 1, 0, 0]), ...outcomes('hef', [1, 1, 0, 0, 0])];
  assert.is(makeReport(all, 'left', 'nano').recovery['snippet-512'], 0.5);
});

test('recovery is not given where pasted text gained nothing', () => {
  const all = [...outcomes('none', [1, 0]), ...outcomes('snippet-512', [0, 0]), ...outcomes('hef', [1, 1])];
  assert.is(makeReport(all, 'left', 'nano').recovery['snippet-512'], null);
});

test('each repository has its own figures, compared with its own none', () => {
  const all = [...outcomes('none', [0]), ...outcomes('none', [1], 'c/d'), ...outcomes('hef', [1]), ...outcomes('hef', [1], 'c/d')];
  const report = makeReport(all, 'left', 'nano');
  assert.equal([report.by_repo['a/b']?.hef?.improved, report.by_repo['c/d']?.hef?.improved, report.arms.hef?.improved], [1, 0, 0.5]);
});

test('the table shows every arm, in all and by repository', () => {
  const all = [...outcomes('none', [0, 1]), ...outcomes('product', [1, 1], 'c/d'), ...outcomes('none', [0, 1], 'c/d')];
  const table = reportTable(makeReport(all, 'fim', 'nano'));
  assert.match(table, /4 tasks, fill in the middle, model nano/);
  assert.match(table, /\| none +\| 4 +\| 50\.0 /);
  assert.match(table, /\| c\/d +\| product +\| 2 +\| 100\.0 /);
});

test.run();
