/**
 * How likely the offered line is to be the one meant, wholly: what editors keep quiet by. A logistic regression over the
 * features of the chosen line, fitted on repositories outside validation (test/eval/fitChooser.ts).
 */
import type { ConfidenceParameters } from '../../models/types.js';
import type { RankedLine } from './choose.js';
import { LINE_FEATURES, type Features } from './lineFeatures.js';

/** Beside the features that lines are ranked by, agreed: 1 when both lanes say this line. */
export const CONFIDENCE_FEATURES = [...LINE_FEATURES, 'agreed'] as const;

export function confidenceFeatures(features: Readonly<Record<string, number>>): Record<string, number> {
  return { ...features, agreed: (features['copied'] ?? 0) * (features['greedy'] ?? 0) };
}

/** 0..1. Without fitted parameters, or with ones of features no longer known, what the line's own lane says of it. */
export function confidenceOf({ features, copy, scored }: Pick<RankedLine, 'copy' | 'scored'> & { features: Features }, parameters: ConfidenceParameters | undefined): number {
  const known: readonly string[] = CONFIDENCE_FEATURES;
  if (parameters === undefined || !Object.keys(parameters.weights).every((name) => known.includes(name))) return copy?.score ?? Math.exp(scored.logProb);
  const values = confidenceFeatures(features);
  let sum = parameters.bias;
  for (const [name, weight] of Object.entries(parameters.weights)) sum += weight * (values[name] ?? 0);
  return 1 / (1 + Math.exp(-sum));
}
