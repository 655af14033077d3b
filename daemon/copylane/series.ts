/**
 * Continues a series: the line above once more, with a word replaced by the one that comes after it in a list elsewhere
 * in the open file, and with numbers counted up. `self.b = b` follows `self.a = a` where `a, b` stands further up.
 */
import { carryOver } from './renaming.js';
import type { LineToken } from './scanLine.js';

export interface SeriesLine {
  line: string;
  /** Lines between the template and the cursor's line, 1 for the line above. */
  distance: number;
  /** Places that name the successor. */
  votes: number;
  /** Lines between the nearest of them and the cursor. */
  recency: number;
}

const TEMPLATES = 3;
const MOST = 16;
const NUMBER = /\d+(?!.*\d)/;

/**
 * @param lines non-blank lines above the cursor without outer blanks, nearest first
 * @param tokens their tokens
 */
export function seriesLines(lines: readonly string[], tokens: readonly (readonly LineToken[])[]): SeriesLine[] {
  const found = new Map<string, SeriesLine>();
  const add = (line: string, distance: number, votes: number, recency: number): void => {
    const known = found.get(line);
    if (!known) found.set(line, { line, distance, votes, recency });
    else known.votes += votes;
  };
  for (let k = 0; k < Math.min(TEMPLATES, lines.length); k++) {
    const template = lines[k]!;
    const words = new Set(tokens[k]!.filter(({ kind, text }) => (kind === 'word' && text.length > 1 && text !== 'self' && text !== 'this') || kind === 'string').map(({ text }) => text));
    for (const word of words) {
      for (const [successor, { votes, recency }] of successorsOf(word, k, tokens)) {
        if (words.has(successor)) continue;
        const changed = carryOver(template, new Map([[word, successor]]));
        const counted = countUp(changed);
        add(changed, k + 1, votes, recency);
        if (counted !== changed) add(counted, k + 1, votes, recency);
      }
    }
    const counted = countUp(template);
    if (counted !== template) add(counted, k + 1, 1, k + 1);
  }
  return [...found.values()].sort((a, b) => a.distance - b.distance || b.votes - a.votes || a.recency - b.recency).slice(0, MOST);
}

/** Words that stand where the next item would, after `word` in a list on one line or on lines of one beginning. */
function successorsOf(word: string, from: number, tokens: readonly (readonly LineToken[])[]): Map<string, { votes: number; recency: number }> {
  const found = new Map<string, { votes: number; recency: number }>();
  const add = (text: string, recency: number): void => {
    if (text === word) return;
    const known = found.get(text);
    if (known) known.votes++;
    else found.set(text, { votes: 1, recency });
  };
  for (let l = from + 1; l < tokens.length; l++) {
    const line = tokens[l]!;
    for (let i = 0; i < line.length; i++) {
      if (line[i]!.text !== word) continue;
      const kind = line[i]!.kind;
      // The item after the next comma of this list.
      let depth = 0;
      for (let j = i + 1; j < line.length - 1; j++) {
        const { text } = line[j]!;
        if ('([{'.includes(text)) depth++;
        else if (')]}'.includes(text) && --depth < 0) break;
        else if (text === ',' && depth === 0) {
          let at = j + 1;
          while (at < line.length && line[at]!.text === '*') at++;
          if (line[at]?.kind === kind) add(line[at]!.text, l);
          break;
        }
      }
      const below = tokens[l - 1];
      if (l - 1 > from - 1 && below && below[i]?.kind === kind && line.slice(0, i).every(({ kind: one, text }, k) => below[k]!.kind === one && (one !== 'mark' && one !== 'keyword' || below[k]!.text === text))) add(below[i]!.text, l);
    }
  }
  return found;
}

/** The last number of the line, one higher. */
function countUp(line: string): string {
  return line.replace(NUMBER, (digits) => (digits.length > 9 ? digits : String(Number(digits) + 1)));
}
