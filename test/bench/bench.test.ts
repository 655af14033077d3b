import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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
  assert.is(rows.length, 5);
  assert.match(rows[2]!, /commit touching 10 files.*1,234 ms.*≤ 1,000 ms.*NOT MET/);
  assert.match(rows[3]!, /snippet.*7 ms/);
  assert.match(rows[4]!, /database.*3\.46 ×.*≤ 4 ×.*met/);
});

test('the median of an even count lies between the middle two', () => {
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.is(median([5]), 5);
});

test.run();
