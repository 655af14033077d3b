import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TaskChoice } from './choice.js';
import { chosenRight, crossValidate, fitChooser } from './fitChooser.js';
import { fitLogistic } from './logistic.js';
import { seededRandom } from './random.js';
import type { TaskDetails } from './runTasks.js';

const test = suite('chooser fit');

/** A task whose one candidate is right exactly when its margin is above −1; the greedy line is right otherwise. */
function task(repo: string, margin: number): TaskDetails {
  const right = margin > -1;
  const choice: TaskChoice = {
    greedy: { right: !right, empty: false, logProb: -1, tokens: 2 },
    candidates: [{ right, score: 0.5, features: { margin, noise: Math.sin(1000 * margin) } }],
    copyRight: right,
    agree: false,
  };
  return { id: `${repo}/${margin}`, repo, arms: {}, choice };
}

const random = seededRandom(3);
const details = Array.from({ length: 200 }, (_, i) => task(i % 2 === 0 ? 'a/b' : 'c/d', -3 * random()));

test('the fit finds where the copied line starts to be right', () => {
  const { bias, weights } = fitChooser(details);
  assert.ok(weights['margin']! > 0);
  const threshold = -bias / weights['margin']!;
  assert.ok(Math.abs(threshold + 1) < 0.15, `threshold ${threshold}`);
});

test('a held-out repository is chosen for nearly perfectly when the rule is the same everywhere', () => {
  for (const row of crossValidate(details)) {
    assert.is(row.n, 100);
    assert.is(row.perfect, 100);
    assert.is(row.greedy + row.copy, 100);
    assert.ok(row.fitted >= 95, `${row.repo}: ${row.fitted}`);
  }
});

test('the same examples give the same parameters', () => {
  assert.equal(fitChooser(details), fitChooser(details));
});

test('an empty greedy line leaves the answer to the best candidate', () => {
  const choice: TaskChoice = { ...task('a/b', -0.5).choice!, greedy: { right: false, empty: true, logProb: -1, tokens: 0 } };
  assert.is(chosenRight(choice, { bias: -100, weights: {} }), true);
});

test('a constant feature does no harm', () => {
  const { weights, bias } = fitLogistic([{ features: { same: 1, x: 1 }, label: 1 }, { features: { same: 1, x: -1 }, label: 0 }]);
  assert.ok(Number.isFinite(bias) && Number.isFinite(weights['same']!));
  assert.ok(weights['x']! > 1);
});

test.run();
