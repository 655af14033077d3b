/**
 * Which line is offered? The copy lane proposes lines, the generator writes its greedy one and a few besides, and scores
 * them all. One ranking over all of them takes the best: a conditional logit (McFadden 1974), the chance of line i being
 * the softmax over the lines of w · features(i), fitted on repositories outside validation (test/eval/fitChooser.ts).
 */
import type { ChooserParameters, GenerateResult } from '../../models/types.js';
import { confidenceOf } from './confidence.js';
import { LINE_FEATURES, lineFeatures, readAbove, type Features, type Proposed } from './lineFeatures.js';

export interface CopyCandidate {
  text: string;
  path: string;
  /** 1-based line of the copied text in its file. */
  line: number;
  /** The copy lane's own probability that the whole line is meant, 0..1. */
  score: number;
}

/**
 * Used when the bundle has no fitted parameters, or ones of features no longer known. It leans on the copy lane, as a
 * generator nobody has measured should not overrule it lightly.
 */
export const DEFAULT_CHOOSER: ChooserParameters = {
  bias: 4,
  weights: { copy_odds: 1, lm_mean: 0.2, repeats_above: -1 },
};

/** A line as ranked. */
export interface RankedLine extends Proposed {
  features: Features;
  /** Only differences between lines mean anything. */
  score: number;
}

export interface Choice {
  text: string;
  lane: 'model' | 'copy' | 'none';
  /** By how much the chosen line's score leads the next one's, in log-odds; 0 when there was no other. */
  score: number;
  why: string;
  /** How likely the line is to be the one meant, 0..1; 0 where there is none. */
  confidence: number;
  /** Best first; empty when only one lane answered. */
  ranked: RankedLine[];
}

/** The parameters as given, or the default where they are absent or name a feature this version does not compute. */
export function usable(parameters: ChooserParameters | undefined): ChooserParameters {
  const known: readonly string[] = LINE_FEATURES;
  return parameters !== undefined && Object.keys(parameters.weights).every((name) => known.includes(name)) ? parameters : DEFAULT_CHOOSER;
}

/** w · features, and the bias for a copied line. */
export function weigh({ bias, weights }: ChooserParameters, features: Readonly<Record<string, number>>): number {
  let sum = bias * (features['copied'] ?? 0);
  for (const [name, weight] of Object.entries(weights)) sum += weight * (features[name] ?? 0);
  return sum;
}

/** The lines that may be offered, each once; blank ones and candidates that the generator has not scored are left out. */
export function proposedLines(candidates: readonly CopyCandidate[], generated: GenerateResult): Proposed[] {
  const lines = new Map<string, Proposed>();
  const add = (line: Proposed): void => {
    const key = line.text.trim();
    if (key === '') return;
    const known = lines.get(key);
    if (known === undefined) lines.set(key, line);
    else if (line.copy !== undefined) known.copy ??= line.copy;
  };
  add({ text: generated.text, own: 'greedy', scored: { ...generated, tokens: generated.tokens.generated } });
  const scoreOf = new Map(generated.candidates.map((scored) => [scored.text, scored]));
  candidates.forEach(({ text, score }, rank) => {
    const scored = scoreOf.get(text);
    if (scored) add({ text, copy: { rank, score }, scored });
  });
  for (const scored of generated.alternatives) add({ text: scored.text, own: 'alternative', scored });
  return [...lines.values()];
}

/** The product's choice. `generated` is absent when only the copy lane ran; `prefix` is the text above and left of the cursor. */
export function choose(candidates: readonly CopyCandidate[], generated: GenerateResult | undefined, prefix: string, parameters?: ChooserParameters): Choice {
  const best = candidates[0];
  if (!generated) {
    if (!best) return { text: '', lane: 'none', score: 0, why: 'the copy lane found no matching context', confidence: 0, ranked: [] };
    return { text: best.text, lane: 'copy', score: 0, why: 'the copy lane answered alone', confidence: best.score, ranked: [] };
  }
  const cut = generated.stopped === 'deadline' || generated.stopped === 'cancelled';
  if (best && cut && generated.text.trim() !== best.text.trim()) return { text: best.text, lane: 'copy', score: 0, why: 'the model had no time to finish its line', confidence: best.score, ranked: [] };
  const ranked = rankLines(proposedLines(candidates, generated), prefix, usable(parameters));
  const [top, second] = ranked;
  if (!top) return best
    ? { text: best.text, lane: 'copy', score: 0, why: 'the model ended the line at once', confidence: best.score, ranked }
    : { text: '', lane: 'none', score: 0, why: 'the model ended the line at once and nothing was copied', confidence: 0, ranked };
  const lead = second === undefined ? 0 : top.score - second.score;
  const confidence = confidenceOf(top, parameters?.confidence);
  // It was left unfinished because it would not be offered.
  if (top.own === 'greedy' && generated.stopped === 'departed') return { text: '', lane: 'none', score: lead, why: "the model's line, of which it is not sure, is likelier than the copied ones", confidence, ranked };
  return { text: top.text, lane: top.own === undefined ? 'copy' : 'model', score: lead, why: whyChosen(top, second, lead), confidence, ranked };
}

function rankLines(lines: readonly Proposed[], prefix: string, parameters: ChooserParameters): RankedLine[] {
  const above = readAbove(prefix);
  return lines
    .map((line) => {
      const features = lineFeatures(line, above);
      return { ...line, features, score: weigh(parameters, features) };
    })
    .sort((a, b) => b.score - a.score);
}

function whyChosen(top: RankedLine, second: RankedLine | undefined, lead: number): string {
  const name = (line: RankedLine): string => (line.own === 'greedy' ? "the model's line" : line.own === 'alternative' ? "another line of the model's" : 'a copied line');
  if (top.own === 'greedy' && top.copy?.rank === 0) return "the model's line and the copied line agree";
  if (second === undefined) return `${name(top)}, as there was no other`;
  return `${name(top)} beats ${name(second)} (log-odds ${lead.toFixed(2)})`;
}
