/**
 * What the choice knows of a line that might be offered. Unitless; log-probabilities are natural. A feature that says
 * nothing of a line is 0.
 */
import type { ScoredText } from '../../models/types.js';

/**
 * copied: 1 for a candidate of the copy lane; copy_odds: the log-odds of that lane's own probability, within ±8; greedy:
 * 1 for the generator's own line; lm, lm_mean: its log-probability by the generator, whole (not below −60) and a token
 * (not below −15); repeats_above, repeats_near: 1 when the line equals the nearest one above that is not blank, or one
 * of the nearest twelve, as weak generators like to say again what was just said. More features than these were tried
 * (names not seen above, first and lowest token, length, rank) and did not help on repositories held out.
 */
export const LINE_FEATURES = ['copied', 'copy_odds', 'greedy', 'lm', 'lm_mean', 'repeats_above', 'repeats_near'] as const;
export type LineFeature = (typeof LINE_FEATURES)[number];
export type Features = Record<LineFeature, number>;

/** A line with who proposed it: either lane, or both. */
export interface Proposed {
  text: string;
  /** The generator's own line, or one of those it wrote besides. */
  own?: 'greedy' | 'alternative';
  /** Where the copy lane ranks it, 0 first, and its own probability. */
  copy?: { rank: number; score: number };
  scored: Pick<ScoredText, 'logProb' | 'tokens'>;
}

/** The text above the cursor, read once for all lines of a completion. */
export interface Above {
  /** The last lines that are not blank, nearest first, without outer blanks. */
  nearest: readonly string[];
  /** What stands left of the cursor on its line. */
  typed: string;
}

const NEAR = 12;

export function readAbove(prefix: string): Above {
  const lines = prefix.split('\n');
  const typed = lines.pop()!.trimStart();
  const nearest: string[] = [];
  for (let at = lines.length - 1; at >= 0 && nearest.length < NEAR; at--) {
    const line = lines[at]!.trim();
    if (line !== '') nearest.push(line);
  }
  return { nearest, typed };
}

const clip = (value: number, most: number): number => (Number.isNaN(value) ? 0 : Math.max(-most, Math.min(most, value)));

export function lineFeatures({ text, own, copy, scored }: Proposed, above: Above): Features {
  const whole = (above.typed + text).trim();
  const on = (value: boolean): number => (value ? 1 : 0);
  return {
    copied: on(copy !== undefined),
    copy_odds: copy === undefined ? 0 : clip(Math.log(copy.score / (1 - copy.score)), 8),
    greedy: on(own === 'greedy'),
    lm: clip(scored.logProb, 60),
    // One more for the end of the line.
    lm_mean: clip(scored.logProb / (scored.tokens + 1), 15),
    repeats_above: on(above.nearest[0] === whole),
    repeats_near: on(above.nearest.includes(whole)),
  };
}
