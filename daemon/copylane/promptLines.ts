/** What the copy lane looks at in the open buffer. */
import { splitLines } from './lineHash.js';
import { scanned } from './scannedLine.js';
import { indentOf } from './scanLine.js';

/** Lines above the cursor that are looked at; further up is rarely of use and costs time at every key. */
const LINES_ABOVE = 1500;
const LINES_BELOW = 200;
/** Lines of context that are compared with what stands above a candidate. */
export const CONTEXT_LINES = 32;
const OPEN_BRACKET_LINES = 80;
export const OVERLAP_LINES = 8;

/** Non-blank lines in file order; index 0 of each array is a separator, as in LineIndex. */
export interface HashedLines {
  exact: Uint32Array;
  shape: Uint32Array;
  /** 0-based line in the buffer. */
  line: Int32Array;
  /** The lines as they stand, and by their number in the buffer. */
  text: string[];
  byLine: Record<number, string>;
  /** Texts of their tokens. */
  tokens: (readonly string[])[];
}

export interface Prompt {
  path: string;
  /** What stands on the cursor's line already, without its indentation. */
  typed: string;
  /** The typed indentation, as it stands. */
  indentText: string;
  indent: number;
  above: HashedLines;
  below: HashedLines;
  /** Hashes of the nearest lines above, nearest first, at most CONTEXT_LINES. */
  exact: Uint32Array;
  shape: Uint32Array;
  /** Indentation of the nearest non-blank line above, as it stands. */
  previousIndentText: string;
  /** A blank line stands right above the cursor's line. */
  afterBlank: boolean;
  /** Every word and string of the lines above, and of the nearest OVERLAP_LINES of them. */
  words: ReadonlySet<string>;
  nearWords: ReadonlySet<string>;
  /** The lines above without outer blanks: all, and the nearest five. */
  trimmed: ReadonlySet<string>;
  trimmedNear: ReadonlySet<string>;
  /** The lines above, nearest first, at most CONTEXT_LINES. */
  nearest: readonly string[];
  /** Innermost bracket left open above the cursor, '' when none. */
  openBracket: string;
}

export function readPrompt(prefix: string, suffix: string | null, path: string): Prompt {
  const lines = prefix.split('\n');
  const current = lines.pop() ?? '';
  const typed = current.trimStart();
  const firstLine = Math.max(0, lines.length - LINES_ABOVE);
  const above = hashed(lines.slice(firstLine), firstLine);
  // The rest of the cursor's line is no line of its own.
  const rest = suffix === null ? [] : splitLines(suffix).slice(1, 1 + LINES_BELOW);
  const below = hashed(rest, lines.length + 1);
  const last = above.text.length - 1;
  const depth = Math.min(last, CONTEXT_LINES);
  const exact = new Uint32Array(depth);
  const shape = new Uint32Array(depth);
  for (let k = 0; k < depth; k++) {
    exact[k] = above.exact[last - k]!;
    shape[k] = above.shape[last - k]!;
  }
  const trimmed = above.text.slice(1).map((line) => line.trim());
  return {
    path,
    typed,
    indentText: current.slice(0, current.length - typed.length),
    indent: indentOf(current),
    above,
    below,
    exact,
    shape,
    previousIndentText: last > 0 ? /^[ \t]*/.exec(above.text[last]!)![0] : '',
    afterBlank: lines.length > 0 && lines.at(-1)!.trim() === '',
    words: wordsOf(above.text),
    nearWords: wordsOf(above.text.slice(1).slice(-OVERLAP_LINES)),
    trimmed: new Set(trimmed),
    trimmedNear: new Set(trimmed.slice(-5)),
    nearest: above.text.slice(1).slice(-CONTEXT_LINES).reverse(),
    openBracket: openBracket(above.text.slice(-OPEN_BRACKET_LINES)),
  };
}

function hashed(lines: readonly string[], firstLine: number): HashedLines {
  const kept: number[] = [];
  lines.forEach((line, i) => {
    if (line.trim() !== '') kept.push(i);
  });
  const all: HashedLines = {
    exact: new Uint32Array(kept.length + 1),
    shape: new Uint32Array(kept.length + 1),
    line: new Int32Array(kept.length + 1),
    text: ['', ...kept.map((i) => lines[i]!.replace(/\r$/, ''))],
    byLine: {},
    tokens: [[]],
  };
  kept.forEach((i, k) => {
    const line = scanned(lines[i]!);
    all.exact[k + 1] = line.exact;
    all.tokens.push(line.texts);
    all.shape[k + 1] = (line.shape | Math.min(255, indentOf(lines[i]!))) >>> 0;
    all.line[k + 1] = firstLine + i;
    all.byLine[firstLine + i] = all.text[k + 1]!;
  });
  return all;
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function openBracket(lines: readonly string[]): string {
  const open: string[] = [];
  for (const line of lines) {
    for (const { kind, text } of scanned(line).tokens) {
      if (kind !== 'mark') continue;
      if (text === '(' || text === '[' || text === '{') open.push(text);
      else if (CLOSES[text] !== undefined && open.at(-1) === CLOSES[text]) open.pop();
    }
  }
  return open.at(-1) ?? '';
}

/** Distinct words and strings. */
export function wordsOf(lines: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (const line of lines) for (const word of scanned(line).words) words.add(word);
  return words;
}
