/** Lines of one task, one of which is right. */
export interface Example {
  lines: readonly Readonly<Record<string, number>>[];
  right: number;
}

const STEPS = 600;
const RATE = 0.5;
const MOMENTUM = 0.9;

/**
 * Fits P(line i) = exp(w · features(i)) / Σ over the task's lines, the conditional logit, by gradient descent with
 * momentum on features divided by their spread within tasks; the weights returned apply to the features as they are.
 * `penalty` is the L2 penalty on the scaled weights, per task. A feature a line lacks counts 0. Deterministic.
 */
export function fitConditionalLogit(examples: readonly Example[], names: readonly string[], penalty: number): Record<string, number> {
  const n = examples.length;
  const raw = examples.map(({ lines }) => lines.map((line) => names.map((name) => line[name] ?? 0)));
  const spreads = names.map((_, j) => spreadWithin(raw.map((rows) => rows.map((row) => row[j]!))));
  const tasks = raw.map((rows) => rows.map((row) => row.map((value, j) => value / spreads[j]!)));
  const weights = names.map(() => 0);
  const speed = names.map(() => 0);
  for (let step = 0; step < STEPS && n > 0; step++) {
    const gradient = weights.map((weight) => penalty * weight);
    for (const [t, rows] of tasks.entries()) {
      const shares = softmax(rows.map((row) => dot(weights, row)));
      for (const [i, row] of rows.entries()) {
        const error = (shares[i]! - (i === examples[t]!.right ? 1 : 0)) / n;
        for (let j = 0; j < row.length; j++) gradient[j]! += error * row[j]!;
      }
    }
    for (let j = 0; j < weights.length; j++) {
      speed[j] = MOMENTUM * speed[j]! - (1 - MOMENTUM) * RATE * gradient[j]!;
      weights[j]! += speed[j]!;
    }
  }
  return Object.fromEntries(names.map((name, j) => [name, round(weights[j]! / spreads[j]!)]));
}

/** Root mean square distance from the task's own mean; 1 for a feature that is the same on all lines of every task. */
function spreadWithin(tasks: readonly number[][]): number {
  let sum = 0;
  let count = 0;
  for (const values of tasks) {
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    for (const value of values) sum += (value - mean) ** 2;
    count += values.length;
  }
  return Math.sqrt(sum / Math.max(1, count)) || 1;
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
