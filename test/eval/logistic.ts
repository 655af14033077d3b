import type { ChooserParameters } from '../../models/types.js';

export interface Example {
  features: Readonly<Record<string, number>>;
  /** 1 when the copied line is right. */
  label: 0 | 1;
}

const STEPS = 2000;
const RATE = 0.5;
/** L2 penalty on the weights of standardised features; the examples are few. */
const PENALTY = 0.01;

/**
 * Fits P(label = 1) = 1 / (1 + exp(−(bias + Σ weight · feature))) by gradient descent on standardised features;
 * the result applies to the features as they are. A feature an example lacks counts 0. Deterministic.
 */
export function fitLogistic(examples: readonly Example[]): ChooserParameters {
  const names = [...new Set(examples.flatMap((example) => Object.keys(example.features)))].sort();
  const n = examples.length;
  if (n === 0) return { bias: 0, weights: {} };
  const column = (name: string) => examples.map((example) => example.features[name] ?? 0);
  const means = names.map((name) => column(name).reduce((sum, value) => sum + value, 0) / n);
  const spreads = names.map((name, j) => Math.sqrt(column(name).reduce((sum, value) => sum + (value - means[j]!) ** 2, 0) / n) || 1);
  const rows = examples.map((example) => names.map((name, j) => ((example.features[name] ?? 0) - means[j]!) / spreads[j]!));
  const weights = names.map(() => 0);
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight) => PENALTY * weight);
    let biasGradient = 0;
    for (const [i, row] of rows.entries()) {
      const error = (sigmoid(bias + dot(weights, row)) - examples[i]!.label) / n;
      biasGradient += error;
      for (let j = 0; j < row.length; j++) gradient[j]! += error * row[j]!;
    }
    bias -= RATE * biasGradient;
    for (let j = 0; j < weights.length; j++) weights[j]! -= RATE * gradient[j]!;
  }
  const raw = weights.map((weight, j) => weight / spreads[j]!);
  return {
    bias: round(bias - dot(raw, means)),
    weights: Object.fromEntries(names.map((name, j) => [name, round(raw[j]!)])),
  };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
