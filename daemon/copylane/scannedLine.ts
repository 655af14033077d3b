/** Lines of open buffers, scanned once: most lines of a request were in the one before. */
import { hashExact, hashShape } from './lineHash.js';
import { scanLine, type LineToken } from './scanLine.js';

export interface ScannedLine {
  exact: number;
  /** Lower 8 bits 0. */
  shape: number;
  tokens: readonly LineToken[];
  texts: readonly string[];
  /** Texts of the words and strings among them, each as often as it stands there. */
  words: readonly string[];
}

const KEPT = 20_000;
const LONGEST_KEPT = 500;
const kept = new Map<string, ScannedLine>();

/** @param line without outer blanks */
export function scanned(line: string): ScannedLine {
  let known = kept.get(line);
  if (known) return known;
  const tokens = scanLine(line);
  known = { exact: hashExact(line), shape: hashShape(tokens), tokens, texts: tokens.map((token) => token.text), words: tokens.flatMap(({ kind, text }) => (kind === 'word' || kind === 'string' ? [text] : [])) };
  if (line.length > LONGEST_KEPT) return known;
  if (kept.size >= KEPT) kept.clear();
  kept.set(line, known);
  return known;
}
