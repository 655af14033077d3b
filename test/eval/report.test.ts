import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Arm } from './arms.js';
import { makeReport, type Outcome } from './report.js';
import { reportTable } from './table.js';

const test = suite('eval report');

function outcomes(arm: Arm, hits: readonly number[], repo = 'a/b', language = 'python'): Outcome[] {
  return hits.map((hit, i) => ({ task: `${repo}/${i}`, repo, language, arm, em: hit === 1, es: hit, idEm: hit === 1, ms: 10 * (i + 1), tokensIn: 100 }));
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

/** The same hits many times over. */
const many = (...hits: number[]): number[] => Array.from({ length: 20 }, () => hits).flat();

test('differences are those of the same tasks, with the interval of the paired bootstrap', () => {
  const { paired } = makeReport([...outcomes('none', many(1, 0, 0, 1)), ...outcomes('hef', many(1, 1, 0, 1))], 'left', 'nano');
  assert.equal(paired.map(({ scope, arm, against, n, em, es }) => [scope, arm, against, n, em, es]), [['all', 'hef', 'none', 80, 0.25, 0.25]]);
  const [lo, hi] = paired[0]!.em_ci;
  assert.ok(lo > 0.14 && lo < 0.2 && hi > 0.3 && hi < 0.37, `${lo} … ${hi}`);
  // Unpaired, a difference of 0.25 between shares of 0.5 and 0.75 of 80 would reach from about 0.11 to 0.39.
});

test('arms right on other tasks equally often differ by nothing, with an interval around it', () => {
  const { paired } = makeReport([...outcomes('none', many(1, 0)), ...outcomes('hef', many(0, 1))], 'left', 'nano');
  assert.is(paired[0]!.em, 0);
  assert.ok(paired[0]!.em_ci[0] < -0.1 && paired[0]!.em_ci[1] > 0.1);
});

test('the comparisons a gate asks for are there when both arms were run', () => {
  const arms: Arm[] = ['none', 'hef', 'hef-foreign', 'hef-shuffled', 'hef-files', 'hef-mean'];
  const { paired } = makeReport(arms.flatMap((arm, k) => outcomes(arm, [0, k % 2])), 'left', 'nano');
  const against = (other: Arm) => paired.filter((row) => row.against === other).map((row) => row.arm);
  assert.equal(against('none'), arms.slice(1));
  assert.equal([against('hef-shuffled'), against('hef-foreign'), against('hef-mean')], [['hef'], ['hef'], ['hef-files']]);
});

test('recovery is the gain of the memory over the gain of pasted text, with its interval', () => {
  const all = [...outcomes('none', many(1, 0, 0, 0, 0)), ...outcomes('snippet-512', many(1, 1, 1, 0, 0)), ...outcomes('hef', many(1, 1, 0, 0, 0))];
  const { em, es } = makeReport(all, 'left', 'nano').recovery['snippet-512']!;
  assert.equal([em!.share, es], [0.5, em]);
  assert.ok(em!.ci[0] > 0.3 && em!.ci[0] < 0.45 && em!.ci[1] > 0.55 && em!.ci[1] < 0.7, em!.ci.join());
});

test('recovery is undefined where the gain of pasted text may be nothing', () => {
  const all = [...outcomes('none', [1, 0, 0]), ...outcomes('snippet-512', [0, 1, 1]), ...outcomes('hef', [1, 1, 1])];
  const report = makeReport(all, 'left', 'nano');
  assert.equal(report.recovery, { 'snippet-512': { em: null, es: null } });
  assert.match(reportTable(report), /Recovery \(hef − none\) \/ \(snippet-512 − none\): EM undefined, ES undefined\nUndefined: /);
});

test('each language has its own figures and differences', () => {
  const all = [...outcomes('none', [0, 0]), ...outcomes('none', [1], 'c/d', 'typescript/javascript'), ...outcomes('hef', [1, 0]), ...outcomes('hef', [0], 'c/d', 'typescript/javascript')];
  const report = makeReport(all, 'left', 'nano');
  assert.equal(Object.entries(report.by_language).map(([language, arms]) => [language, arms.hef?.n, arms.hef?.em, arms.hef?.improved, arms.hef?.worsened]), [['python', 2, 0.5, 0.5, 0], ['typescript/javascript', 1, 0, 0, 1]]);
  assert.equal(report.paired.map(({ scope, em }) => [scope, em]), [['all', 0], ['python', 0.5], ['typescript/javascript', -1]]);
  assert.match(reportTable(report), /\| typescript\/javascript +\| hef − none +\| 1 +\| −100\.0 /);
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
