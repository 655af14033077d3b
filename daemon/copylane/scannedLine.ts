/** Lines of open buffers and near copied ones, scanned once: most lines of a request were in the one before. */
import { detached } from './detached.js';
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

/** @param line with or without outer blanks, which count for nothing */
export function scanned(line: string): ScannedLine {
  const known = kept.get(line);
  if (known) return known;
  const key = line.length > LONGEST_KEPT ? line : detached(line);
  const text = key === line ? key.trim() : line.trim();
  const tokens = scanLine(text);
  const found = {
    exact: hashExact(text),
    shape: hashShape(tokens),
    tokens,
    texts: tokens.map((token) => token.text),
    words: tokens.flatMap((token) => (token.kind === 'word' || token.kind === 'string' ? [token.text] : [])),
  };
  if (line.length > LONGEST_KEPT || key !== line) return found;
  if (kept.size >= KEPT) kept.clear();
  kept.set(key, found);
  return found;
}
