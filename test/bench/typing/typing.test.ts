/** What is typed of a commit, and what samples of typing say. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answer } from './keyboard.js';
import { readHunks } from './hunks.js';
import { memoryGrowth, sampleOf, typingTables } from './report.js';

const test = suite('bench typing');

const DIFF = [
  'diff --git a/f.py b/f.py', '--- a/f.py', '+++ b/f.py',
  '@@ -0,0 +1 @@', '+first',
  '@@ -2 +3,2 @@ def f():', '-two', '+zwei', '+',
  '@@ -4,2 +5,0 @@', '-four', '-five',
  '\\ No newline at end of file',
].join('\n');

test('hunks applied in their order turn the old file into the new one', () => {
  const lines = ['one', 'two', 'three', 'four', 'five', 'six'];
  const hunks = readHunks(DIFF);
  for (const { at, removed, added } of hunks) lines.splice(at, removed, ...added);
  assert.equal(lines, ['first', 'one', 'zwei', '', 'three', 'six']);
  assert.equal(hunks.map(({ added }) => added.length), [1, 2, 0]);
});

test('a file that was not there is one hunk from its first line on', () => {
  assert.equal(readHunks('--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+++a\n+b'), [{ at: 0, removed: 0, added: ['++a', 'b'] }]);
});

const answer = (reason: Answer['reason'], ms: number): Answer => ({ reason, ms, prefill_ms: 1 });

test('answers that a newer key cancelled count as keys, not as times', () => {
  assert.equal(sampleOf(10, 300, [answer('ok', 50), answer('cancelled', 900), answer('failed', 5), answer('no-suggestion', 70)]), { seconds: 10, rss_mb: 300, p50_ms: 50, p95_ms: 70, keys: 4, cancelled: 1 });
  assert.equal(sampleOf(10, null, [answer('cancelled', 900)]), { seconds: 10, rss_mb: null, p50_ms: null, p95_ms: null, keys: 1, cancelled: 1 });
});

test('the growth of memory is that of the second half, in megabytes an hour', () => {
  const samples = [0, 1, 2, 3, 4].map((hour) => sampleOf(3600 * hour, hour < 2 ? 100 + 200 * hour : 500 + 7 * hour, []));
  assert.ok(Math.abs(memoryGrowth(samples) - 7) < 1e-9);
  assert.ok(Number.isNaN(memoryGrowth([])));
});

test('the tables count reasons and keep first, largest and last memory', () => {
  const samples = [sampleOf(0, 300, []), sampleOf(60, 400, []), sampleOf(120, 350, [])];
  const page = typingTables(samples, [answer('ok', 50), answer('ok', 60), answer('cancelled', 9), answer('no-suggestion', 10)], { lines: 3, commits: 2, switches: 1 }).join('\n');
  assert.match(page, /\| cancelled by a newer key +\| 1 \(25\.0 %\)/);
  assert.match(page, /\| key to answer, p50 \/ p95 +\| 50\.0 \/ 60\.0 ms/);
  assert.match(page, /\| RSS at first, most, last +\| 300, 400, 350 MB/);
});

test.run();
