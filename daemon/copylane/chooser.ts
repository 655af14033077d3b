/** Probability that a candidate is exactly the line meant, by logistic regression over its features. */
import { BIAS, WEIGHTS } from './weights.js';
import { FEATURES, type Features } from './features.js';

export function probabilityOf(features: Features): number {
  let sum = BIAS;
  for (const name of FEATURES) sum += (WEIGHTS[name] ?? 0) * features[name];
  return 1 / (1 + Math.exp(-sum));
}
