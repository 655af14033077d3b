/**
 * How likely each candidate is to be exactly the line meant. A network of one hidden layer gives every candidate a score;
 * the softmax over all of them and over "none of these", whose score is 0, is the probability. Fitted by
 * test/copylane/fit.ts.
 */
import { FEATURES, type Features } from './features.js';
import { HIDDEN_BIAS, OUTPUT, OUTPUT_BIAS, WEIGHTS } from './weights.js';

/** [feature · hidden units + unit] */
const INPUT = Float64Array.from(FEATURES.flatMap((name) => WEIGHTS[name]));

/** Probabilities of all candidates of one request, in their order; they sum to less than 1. */
export function probabilitiesOf(all: readonly Features[]): number[] {
  const scores = all.map(scoreOf);
  const most = Math.max(0, ...scores);
  const sum = scores.reduce((so, score) => so + Math.exp(score - most), Math.exp(-most));
  return scores.map((score) => Math.exp(score - most) / sum);
}

function scoreOf(features: Features): number {
  const hidden = Float64Array.from(HIDDEN_BIAS);
  FEATURES.forEach((name, f) => {
    const value = features[name];
    if (value === 0) return;
    const row = f * hidden.length;
    for (let unit = 0; unit < hidden.length; unit++) hidden[unit]! += value * INPUT[row + unit]!;
  });
  let score = OUTPUT_BIAS;
  for (let unit = 0; unit < hidden.length; unit++) if (hidden[unit]! > 0) score += hidden[unit]! * OUTPUT[unit]!;
  return score;
}
