/**
 * What the choice knows of a line that might be offered. Unitless; log-probabilities are natural. A feature that says
 * nothing of a line is 0.
 */
import type { LineScore } from '../../models/types.js';

export const LINE_FEATURES = [
  'copied', 'copy_odds', 'copy_first', 'greedy', 'lm', 'lm_mean', 'lm_first', 'lm_lowest', 'copied_lm', 'copied_mean', 'greedy_lm', 'greedy_mean',
  'length', 'words', 'new_words', 'copied_new', 'repeats_above', 'repeats_near', 'rank', 'prefix',
] as const;
export type LineFeature = (typeof LINE_FEATURES)[number];
export type Features = Record<LineFeature, number>;

/** A line with who proposed it: either lane, or both. */
export interface Proposed {
  text: string;
  /** The generator's own line, or one of those it wrote besides. */
  own?: 'greedy' | 'alternative';
  /** Where the copy lane ranks it, 0 first, and its own probability. */
  copy?: { rank: number; score: number };
  scored: LineScore & { tokens: number };
}

/** The text above the cursor, read once for all lines of a completion. */
export interface Above {
  words: ReadonlySet<string>;
  /** The last lines that are not blank, nearest first, without outer blanks. */
  nearest: readonly string[];
  /** What stands left of the cursor on its line. */
  typed: string;
}

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const NEAR = 12;

export function readAbove(prefix: string): Above {
  const lines = prefix.split('\n');
  const typed = lines.pop()!.trimStart();
  const nearest: string[] = [];
  for (let at = lines.length - 1; at >= 0 && nearest.length < NEAR; at--) {
    const line = lines[at]!.trim();
    if (line !== '') nearest.push(line);
  }
  return { words: new Set(prefix.match(WORD)), nearest, typed };
}

const clip = (value: number, most: number): number => (Number.isNaN(value) ? 0 : Math.max(-most, Math.min(most, value)));

/** Features of all lines of one completion, in their order. */
export function lineFeatures(lines: readonly Proposed[], above: Above): Features[] {
  const byScore = lines.map(({ scored }) => scored.logProb).sort((a, b) => b - a);
  return lines.map((line) => featuresOf(line, above, byScore.indexOf(line.scored.logProb), sharedStart(line, lines)));
}

/** The longest start a line shares with the greedy one, of its own length: 0..1. */
function sharedStart({ text }: Proposed, lines: readonly Proposed[]): number {
  const greedy = lines.find(({ own }) => own === 'greedy');
  if (greedy === undefined) return 0;
  const [a, b] = [text.trim(), greedy.text.trim()];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at / Math.max(1, a.length);
}

function featuresOf({ text, own, copy, scored }: Proposed, above: Above, rank: number, prefix: number): Features {
  const words = text.match(WORD) ?? [];
  const unseen = Math.min(4, words.filter((word) => !above.words.has(word)).length);
  const whole = (above.typed + text).trim();
  const lm = clip(scored.logProb, 60);
  const mean = clip(scored.logProb / (scored.tokens + 1), 15);
  const copied = copy === undefined ? 0 : 1;
  const greedy = own === 'greedy' ? 1 : 0;
  const on = (value: boolean): number => (value ? 1 : 0);
  return {
    copied,
    copy_odds: copy === undefined ? 0 : clip(Math.log(copy.score / (1 - copy.score)), 8),
    copy_first: on(copy?.rank === 0),
    greedy,
    lm,
    lm_mean: mean,
    lm_first: clip(scored.first, 20),
    lm_lowest: clip(scored.lowest, 20),
    copied_lm: copied * lm,
    copied_mean: copied * mean,
    greedy_lm: greedy * lm,
    greedy_mean: greedy * mean,
    length: scored.tokens / 16,
    words: Math.min(8, words.length) / 4,
    new_words: unseen,
    copied_new: copied * unseen,
    repeats_above: on(above.nearest[0] === whole),
    repeats_near: on(above.nearest.includes(whole)),
    rank: Math.log2(1 + rank),
    prefix,
  };
}
