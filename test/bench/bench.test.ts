import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { readArguments } from '../eval/arguments.js';
import { makeReport, type Outcome } from '../eval/report.js';
import { comparedArms } from './compare.js';
import { figureDocument } from './document.js';
import { figureTable } from './figureTable.js';
import { reportFigures } from './figures.js';
import { median } from './timing.js';

const test = suite('bench figures');

test('a budget is met up to its limit and not beyond', () => {
  assert.is(reportFigures({ hook_up_ms: 10 }).hook_up_ms?.met, true);
  assert.is(reportFigures({ hook_up_ms: 10.01 }).hook_up_ms?.met, false);
  assert.is(reportFigures({ switch_fusions: 0 }).switch_fusions?.met, true);
});

test('a budget that is a least is met from its limit on', () => {
  assert.is(reportFigures({ index_tokens_per_s: 10_000 }).index_tokens_per_s?.met, true);
  assert.is(reportFigures({ index_tokens_per_s: 9_999 }).index_tokens_per_s?.met, false);
});

test('a failed measurement does not meet its budget, and what was not asked for is left out', () => {
  const report = reportFigures({ warm_p50_ms: null });
  assert.equal(report, { warm_p50_ms: { value: null, unit: 'ms', budget: 100, met: false } });
});

test('a figure without a budget is neither met nor missed', () => {
  assert.is(reportFigures({ cold_p95_ms: 1 }).cold_p95_ms?.met, null);
});

test('the table names each figure, its budget and whether it was met', () => {
  const table = figureTable(reportFigures({ refuse_ms: 1234, db_ratio: 3.456, snippet_cold_p50_ms: 7 }));
  const rows = table.split('\n');
  assert.is(rows.length, 10);
  assert.match(rows[2]!, /commit touching 10 files.*1,234 ms.*≤ 1,000 ms.*NOT MET/);
  assert.match(rows[7]!, /snippet.*7 ms/);
  assert.match(rows[9]!, /database.*3\.46 ×.*≤ 4 ×.*met/);
});

test('figures that only --full measures have a row that says so, unless they were measured', () => {
  const without = figureTable(reportFigures({ refuse_ms: 1 })).split('\n').slice(2);
  assert.equal(without.filter((row) => row.includes('not measured (--full)')).map((row) => /^\| (100-commit|rebase of|… with|retrieval at)/.exec(row)?.[1]), ['100-commit', '… with', 'rebase of', '… with', 'retrieval at']);
  const failed = figureTable(reportFigures({ rebase_ratio: null, rebase_empty_ratio: 1, rebase_own_ratio: 1, rebase_own_empty_ratio: 1, retrieve_100k_ms: 15 }));
  assert.not.match(failed, '--full');
  assert.match(failed, /100-commit rebase.*\| not measured +\|.*NOT MET/);
});

test('the page names the command, the machine, the model and the repository above the table', () => {
  const repo = { root: '/a/place', branch: 'main', tree: '', state: 'ready' as const, indexed: 1, chunks: 12, nodes: 20, db_bytes: 4_000_000, source_bytes: 1_500_000, skipped: {} };
  const status: StatusResult = { daemon: { pid: 1, version: '1', uptime_s: 1, rss_mb: 1, device: 'cpu', model: 'some-model' }, repo, counters: { chunks_fused: 0, nodes_fused: 0, blobs_read: 0, completions: 0, hooks: 0 } };
  const page = figureDocument(reportFigures({ refuse_ms: 1 }), { source: '/a/place', given: ['--full'], status });
  for (const part of [/^# Performance\n\n- Command: `hefc bench --full`\n- Machine: \d+ × /, /\n- Model: some-model on cpu\n/, /\n- Repository: place, 1\.5 MB of source in 12 chunks, a database of 4\.0 MB\n\n\| what/]) assert.match(page, part);
  assert.not.match(page, '/a/place');
});

test('the median of an even count lies between the middle two', () => {
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.is(median([5]), 5);
});

test('where no tasks are named lines are drawn, whatever options stand beside', () => {
  const countOf = (...given: string[]) => {
    const { source } = readArguments(given, '40');
    return source.kind === 'sample' ? source.count : source.file;
  };
  assert.equal([countOf(), countOf('--bundle', 'x'), countOf('--seed', '2'), countOf('--sample', '5'), countOf('tasks', '--repos', 'r')], [40, 40, 40, 5, 'tasks']);
  assert.throws(() => readArguments(['--bundle', 'x']), /usage/);
});

test('an arm is compared with hef task by task', () => {
  const outcome = (task: string, arm: Outcome['arm'], em: boolean, ms: number): Outcome => ({ task, arm, em, ms, repo: 'r', language: 'python', es: Number(em), idEm: em, tokensIn: 10 });
  const outcomes = [outcome('a', 'hef', true, 10), outcome('b', 'hef', true, 100), outcome('c', 'hef', false, 20), outcome('a', 'snippet-512', false, 30), outcome('b', 'snippet-512', true, 200), outcome('c', 'snippet-512', false, 100)];
  const [hef, snippet] = comparedArms(outcomes, makeReport(outcomes, 'left', 'm'));
  assert.equal([hef!.times_hef, hef!.hef_minus], [1, 0]);
  // 3, 2 and 5 times as long; one of three tasks lost.
  assert.equal([snippet!.times_hef, snippet!.hef_minus], [3, 0.3333]);
});

test.run();
