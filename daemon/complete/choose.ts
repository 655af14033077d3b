/**
 * Copy lane or model? The copy lane proposes, the generator disposes: it scores each candidate and its own greedy line.
 * A logistic model over a few features gives the chance that a candidate is right and the greedy line is not.
 */
import type { ChooserParameters, GenerateResult } from '../../models/types.js';

export interface CopyCandidate {
  text: string;
  path: string;
  /** 1-based line of the copied text in its file. */
  line: number;
  /** The copy lane's own probability that the whole line is meant, 0..1. */
  score: number;
}

/**
 * Used when the bundle has no fitted parameters. A candidate wins when the copy lane is confident (long matching context)
 * or when the generator finds it hardly less likely a token than its own line, which is greedy and so always likely.
 */
export const DEFAULT_CHOOSER: ChooserParameters = {
  bias: -1.2,
  weights: { copy_score: 4, margin: 1.2, greedy_mean: -0.4, first: 0.3 },
};

export type Features = Record<string, number>;

const mean = (logProb: number, tokens: number): number => (Number.isFinite(logProb) ? logProb / Math.max(1, tokens) : -20);

/**
 * Features of one candidate (all unitless; log-probabilities are natural, per token, and not below -20):
 * copy_score, copy_mean, greedy_mean, margin = copy_mean − greedy_mean, length (tokens / 16), first (1 for the copy
 * lane's best), greedy_empty (1 when the model proposes nothing).
 */
export function features(candidate: Pick<CopyCandidate, 'score'>, rank: number, scored: { logProb: number; tokens: number }, greedy: { text: string; logProb: number; tokens: number }): Features {
  const copyMean = Math.max(-20, mean(scored.logProb, scored.tokens));
  const greedyMean = Math.max(-20, mean(greedy.logProb, greedy.tokens));
  return {
    copy_score: candidate.score,
    copy_mean: copyMean,
    greedy_mean: greedyMean,
    margin: copyMean - greedyMean,
    length: scored.tokens / 16,
    first: rank === 0 ? 1 : 0,
    greedy_empty: greedy.text.trim() === '' ? 1 : 0,
  };
}

/** Log-odds that the candidate should be taken instead of the greedy line. */
export function logOdds(parameters: ChooserParameters, found: Features): number {
  let sum = parameters.bias;
  for (const [name, weight] of Object.entries(parameters.weights)) sum += weight * (found[name] ?? 0);
  return sum;
}

export interface Choice {
  text: string;
  lane: 'model' | 'copy' | 'none';
  /** Log-odds of the best candidate that differs from the greedy line; 0 when there was none. */
  score: number;
  why: string;
}

/** The product's choice. `generated` is absent when only the copy lane ran. */
export function choose(candidates: readonly CopyCandidate[], generated: GenerateResult | undefined, parameters: ChooserParameters = DEFAULT_CHOOSER): Choice {
  const best = candidates[0];
  if (!generated) {
    if (!best) return { text: '', lane: 'none', score: 0, why: 'the copy lane found no matching context' };
    return { text: best.text, lane: 'copy', score: best.score, why: 'the copy lane answered alone' };
  }
  const greedy = { text: generated.text, logProb: generated.logProb, tokens: generated.tokens.generated };
  const empty = greedy.text.trim() === '';
  const cut = generated.stopped === 'deadline' || generated.stopped === 'cancelled';
  const own = greedy.text.trim();
  if (best && cut && own !== best.text.trim()) return { text: best.text, lane: 'copy', score: best.score, why: 'the model had no time to finish its line' };
  if (best && own !== '' && own === best.text.trim()) return { text: greedy.text, lane: 'model', score: 0, why: "the model's line and the copied line agree" };
  const scoreOf = new Map(generated.candidates.map((scored) => [scored.text, scored]));
  let top: { candidate: CopyCandidate; odds: number } | undefined;
  candidates.forEach((candidate, rank) => {
    const scored = scoreOf.get(candidate.text);
    if (!scored || candidate.text.trim() === own) return;
    const odds = logOdds(parameters, features(candidate, rank, scored, greedy));
    if (!top || odds > top.odds) top = { candidate, odds };
  });
  if (top && (top.odds > 0 || empty)) return { text: top.candidate.text, lane: 'copy', score: top.odds, why: `the copied line beats the model's own (log-odds ${top.odds.toFixed(2)})` };
  if (empty) return { text: '', lane: 'none', score: top?.odds ?? 0, why: 'the model ended the line at once and nothing was copied' };
  return { text: greedy.text, lane: 'model', score: top?.odds ?? 0, why: top ? `the model's own line beats every copied one (log-odds ${top.odds.toFixed(2)})` : 'there was nothing to copy' };
}
