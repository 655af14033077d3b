import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judge, type Ended } from '../verdict.js';

const test = suite('verdict');

function ended(total: number, passed: number, more: Partial<Ended> = {}): Ended {
  return { code: 0, signal: null, timedOut: false, output: `• • \n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   0\n  Duration:  1ms\n\n`, ...more };
}

test('a file whose tests all passed is passed', () => {
  assert.equal(judge(ended(3, 3)), { passed: 3, failed: 0, skipped: 0, why: null });
});

test('tests that did not pass are failed although the process ended well', () => {
  const verdict = judge(ended(3, 1));
  assert.is(verdict.passed, 1);
  assert.is(verdict.failed, 2);
});

test('each doubt is one failure at least', () => {
  const doubts: Ended[] = [
    ended(0, 0),
    ended(2, 2, { code: 1 }),
    ended(2, 2, { code: null, signal: 'SIGSEGV' }),
    ended(2, 2, { timedOut: true }),
    ended(2, 2, { output: 'nothing of a summary' }),
  ];
  for (const doubt of doubts) {
    assert.is(judge(doubt).failed, 1);
    assert.type(judge(doubt).why, 'string');
  }
});

test('colours do not hide the summary', () => {
  const coloured = ended(1, 1, { output: '\u001b[32m\n  Total:     1\u001b[32m\n  Passed:    1\u001b[39m\n  Skipped:   \u001b[33m2\u001b[39m\n' });
  assert.equal(judge(coloured), { passed: 1, failed: 0, skipped: 2, why: null });
});

test.run();
