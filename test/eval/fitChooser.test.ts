import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TaskChoice } from './choice.js';
import { fitConditionalLogit } from './conditionalLogit.js';
import { chosenRight, crossValidate, fitChooser, fitDefaultChooser } from './fitChooser.js';
import { seededRandom } from './random.js';
import type { TaskDetails } from './runTasks.js';

const test = suite('chooser fit');

/** A task of a greedy line and a copied one: the copied one is right exactly when it is at least as likely as e⁻¹ times the greedy one. */
function task(repo: string, greedy: number, copied: number): TaskDetails {
  const right = copied - greedy > -1;
  const choice: TaskChoice = {
    lines: [
      { right: !right, from: 'greedy', features: { copied: 0, greedy: 1, lm: greedy } },
      { right, from: 'copy', features: { copied: 1, lm: copied, length: Math.sin(1000 * copied) } },
    ],
    greedyRight: !right,
    copyRight: right,
    answerRight: false,
    confidence: 0,
  };
  return { id: `${repo}/${greedy}`, repo, arms: {}, choice };
}

const random = seededRandom(3);
const details = Array.from({ length: 300 }, (_, i) => task(i % 2 === 0 ? 'a/b' : 'c/d', -4 * random(), -6 * random()));

test('the fit finds where the copied line starts to be right', () => {
  const { bias, weights } = fitChooser(details, 0.001);
  assert.ok(weights['lm']! > 0);
  const lead = (bias + weights['copied']! - weights['greedy']!) / weights['lm']!;
  assert.ok(Math.abs(lead - 1) < 0.3, `the copied line is right from ${-lead} on`);
});

test('a held-out repository is chosen for nearly perfectly when the rule is the same everywhere', () => {
  for (const row of crossValidate(details)) {
    assert.is(row.n, 150);
    assert.equal([row.perfect, row.perfectCopy + row.perfectModel], [150, 150]);
    assert.is(row.greedy + row.copy, 150);
    assert.ok(row.fitted >= 140, `${row.repo}: ${row.fitted}`);
  }
});

test('the same examples give the same parameters', () => {
  assert.equal(fitChooser(details), fitChooser(details));
});

test('tasks without a right line change no weight', () => {
  const hopeless: TaskDetails[] = details.map((each) => ({ ...each, choice: { ...each.choice!, lines: each.choice!.lines.map((line) => ({ ...line, right: false })) } }));
  assert.equal(fitChooser([...details, ...hopeless]).weights, fitChooser(details).weights);
});

test('confidence is how often the chosen line is right', () => {
  const half = Array.from({ length: 400 }, (_, i) => task('a/b', -1, i % 2 === 0 ? -1.5 : -9));
  const chance = ({ bias, weights }: { bias: number; weights: Record<string, number> }, features: Record<string, number>): number =>
    1 / (1 + Math.exp(-Object.entries(weights).reduce((sum, [name, weight]) => sum + weight * (features[name] ?? 0), bias)));
  const { confidence } = fitDefaultChooser(half, 0.001);
  // The default takes the copied line here or there; it is right where it is as likely as the other.
  assert.ok(chance(confidence!, { copied: 1, lm: -1.5 }) > 0.8);
  assert.ok(chance(confidence!, { copied: 1, lm: -9 }) < 0.2);
});

test('a completion without lines is right whatever the parameters', () => {
  assert.is(chosenRight({ lines: [], greedyRight: false, copyRight: true, answerRight: true, confidence: 0 }, { bias: -100, weights: {} }), true);
});

test('a feature that is the same on all lines does no harm', () => {
  const weights = fitConditionalLogit([{ lines: [{ same: 1, x: 1 }, { same: 1, x: -1 }], right: 0 }], ['same', 'x'], 0.01);
  assert.ok(Math.abs(weights['same']!) < 1e-9);
  assert.ok(weights['x']! > 0.5);
});

test.run();
