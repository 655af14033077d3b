import type { ConfidenceParameters } from '../../models/types.js';
import type { CopyCandidate } from './choose.js';
import { mostConfident } from './confidence.js';
import { readAbove } from './lineFeatures.js';

/** What can still be offered when all that is less likely than asked for is left out. */
export interface Offerable {
  candidates: readonly CopyCandidate[];
  /** Whether a line of the generator's own can, without a candidate that says the same. */
  own: boolean;
}

/** Before the generator has run: it is not asked for what would not be shown. */
export function offerable(candidates: readonly CopyCandidate[], prefix: string, minConfidence: number | undefined, parameters: ConfidenceParameters | undefined): Offerable {
  if (minConfidence === undefined) return { candidates, own: true };
  const above = readAbove(prefix);
  return {
    candidates: candidates.filter(({ text, score }, rank) => mostConfident({ text, copy: { rank, score } }, above, parameters) >= minConfidence),
    own: mostConfident(undefined, above, parameters) >= minConfidence,
  };
}
