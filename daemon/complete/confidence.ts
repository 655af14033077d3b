/**
 * How likely the offered line is to be the one meant, wholly: what editors keep quiet by. A logistic regression over the
 * features of the chosen line, fitted on repositories outside validation (test/eval/fitChooser.ts).
 */
import type { ConfidenceParameters } from '../../models/types.js';
import type { RankedLine } from './choose.js';
import { LINE_FEATURES, logOdds, type Features } from './lineFeatures.js';

/** Beside the features that lines are ranked by, agreed: 1 when both lanes say this line. */
export const CONFIDENCE_FEATURES = [...LINE_FEATURES, 'agreed'] as const;

export function confidenceFeatures(features: Readonly<Record<string, number>>): Record<string, number> {
  return { ...features, agreed: (features['copied'] ?? 0) * (features['greedy'] ?? 0) };
}

/** The greatest value of each feature that is not known before the generator has run: log-probabilities are never above 0. */
const AT_BEST: Readonly<Record<string, number>> = { repeats_above: 1, repeats_near: 1 };

/**
 * The most that a line can come to whatever the generator says of it: a copied one of this probability, or without one a line
 * of the generator's own.
 */
export function mostConfident(copy: { score: number } | undefined, parameters: ConfidenceParameters | undefined): number {
  if (!isKnown(parameters)) return copy?.score ?? 1;
  const bound = (greedy: number): number => {
    const copied = copy === undefined ? 0 : 1;
    const features: Record<string, number> = { copied, greedy, agreed: copied * greedy, copy_odds: copy === undefined ? 0 : logOdds(copy.score) };
    return logistic(parameters.bias + Object.entries(parameters.weights).reduce((sum, [name, weight]) => sum + (features[name] === undefined ? Math.max(0, weight * (AT_BEST[name] ?? 0)) : weight * features[name]), 0));
  };
  return copy === undefined ? bound(1) : Math.max(bound(0), bound(1));
}

/** 0..1. Without fitted parameters, or with ones of features no longer known, what the line's own lane says of it. */
export function confidenceOf({ features, copy, scored }: Pick<RankedLine, 'copy' | 'scored'> & { features: Features }, parameters: ConfidenceParameters | undefined): number {
  if (!isKnown(parameters)) return copy?.score ?? Math.exp(scored.logProb);
  const values = confidenceFeatures(features);
  let sum = parameters.bias;
  for (const [name, weight] of Object.entries(parameters.weights)) sum += weight * (values[name] ?? 0);
  return logistic(sum);
}

const logistic = (sum: number): number => 1 / (1 + Math.exp(-sum));

function isKnown(parameters: ConfidenceParameters | undefined): parameters is ConfidenceParameters {
  const known: readonly string[] = CONFIDENCE_FEATURES;
  return parameters !== undefined && Object.keys(parameters.weights).every((name) => known.includes(name));
}
