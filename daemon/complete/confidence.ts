/**
 * How likely the offered line is to be the one meant, wholly: what editors keep quiet by. A logistic regression over the
 * features of the chosen line, fitted on repositories outside validation (test/eval/fitChooser.ts).
 */
import type { ConfidenceParameters } from '../../models/types.js';
import type { RankedLine } from './choose.js';
import { lineFeatures, LINE_FEATURES, type Above, type Features } from './lineFeatures.js';

/** Beside the features that lines are ranked by, agreed: 1 when both lanes say this line. */
export const CONFIDENCE_FEATURES = [...LINE_FEATURES, 'agreed'] as const;

export function confidenceFeatures(features: Readonly<Record<string, number>>): Record<string, number> {
  return { ...features, agreed: (features['copied'] ?? 0) * (features['greedy'] ?? 0) };
}

/** Log-probabilities lie between these (lineFeatures.ts) and 0. */
const LEAST: Readonly<Record<string, number>> = { lm: -60, lm_mean: -15 };
/** A line of the generator's own, before it is written. One that says again what stands above is likely to be copied, too. */
const OWN: Readonly<Record<string, number>> = { copied: 0, copy_odds: 0, repeats_above: 0, repeats_near: 0 };

/**
 * The most that a line can come to whatever the generator will say of it: a copied one, or, undefined, one of the generator's
 * own that nothing like it was copied for.
 */
export function mostConfident(copied: { copy: { rank: number; score: number }; text: string } | undefined, above: Above, parameters: ConfidenceParameters | undefined): number {
  if (!isKnown(parameters)) return copied?.copy.score ?? 1;
  const known: Readonly<Record<string, number>> = copied === undefined ? OWN : lineFeatures({ ...copied, scored: { logProb: 0, tokens: 0 } }, above);
  const bound = (greedy: number): number => {
    const features = confidenceFeatures({ ...known, greedy });
    let sum = parameters.bias;
    for (const [name, weight] of Object.entries(parameters.weights)) sum += LEAST[name] === undefined ? weight * (features[name] ?? 0) : Math.max(0, weight * LEAST[name]);
    return logistic(sum);
  };
  return copied === undefined ? bound(1) : Math.max(bound(0), bound(1));
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
