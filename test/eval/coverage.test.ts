import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { calibration, coverageOf } from './coverage.js';

const test = suite('coverage');

const answers = [
  { confidence: 0.9, right: true },
  { confidence: 0.6, right: true },
  { confidence: 0.4, right: false },
  { confidence: 0.2, right: true },
  { confidence: 0, right: false },
];

test('a higher threshold shows less, and what it shows is counted as it is', () => {
  assert.equal(coverageOf(answers, 0), { threshold: 0, shown: 4 / 5, precision: 3 / 4, recall: 1 });
  assert.equal(coverageOf(answers, 0.5), { threshold: 0.5, shown: 2 / 5, precision: 1, recall: 2 / 3 });
  assert.equal(coverageOf(answers, 0.95), { threshold: 0.95, shown: 0, precision: null, recall: 0 });
  assert.equal(coverageOf([], 0.5), { threshold: 0.5, shown: 0, precision: null, recall: null });
});

test('calibration sets mean confidence beside the share that is right', () => {
  const [low, high] = calibration(answers, 2);
  assert.equal([low!.n, low!.right, high!.n, high!.right], [2, 0.5, 2, 1]);
  assert.ok(Math.abs(low!.confidence - 0.3) < 1e-9 && Math.abs(high!.confidence - 0.75) < 1e-9);
});

test.run();
