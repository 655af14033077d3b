/**
 * Two 32-bit words a line, the layout of BlobRecord.lineHashes:
 *
 *   hashes[2 i]      hash of line i without its outer blanks; 0 exactly for a blank line
 *   hashes[2 i + 1]  upper 24 bits: hash of the line's shape (words, numbers and strings abstracted, keywords and marks
 *                    kept); lower 8 bits: indentation in columns, at most 255
 *
 * A pure function of the text. A trailing newline ends the last line and opens no further one.
 */
import { indentOf, scanLine, type LineToken } from './scanLine.js';

/** Length 2 × number of lines. */
export function hashLines(text: string): Uint32Array {
  const lines = splitLines(text);
  const hashes = new Uint32Array(lines.length * 2);
  const known = new Map<string, number>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.trim();
    if (line === '') continue;
    let shape = known.get(line);
    if (shape === undefined) known.set(line, (shape = hashShape(scanLine(line))));
    hashes[2 * i] = hashExact(line);
    hashes[2 * i + 1] = (shape | Math.min(255, indentOf(lines[i]!))) >>> 0;
  }
  return hashes;
}

/** Lines without terminators, as hashLines counts them. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Of a line without its outer blanks; never 0. */
export function hashExact(line: string): number {
  return hashText(line, 0x811c9dc5) || 1;
}

/** The lower 8 bits are 0. */
export function hashShape(tokens: readonly LineToken[]): number {
  let hash = 0x2545f491;
  for (const token of tokens) {
    if (token.kind === 'word') hash = mix(hash, 1);
    else if (token.kind === 'number') hash = mix(hash, 2);
    else if (token.kind === 'string') hash = mix(hash, 3);
    else hash = hashText(token.text, hash);
  }
  return (finish(hash) & 0xffffff00) >>> 0;
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return finish(hash ^ text.length);
}

/** Combines a hash with one more number; unsigned. */
export function mix(hash: number, value: number): number {
  return finish(Math.imul(hash, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b));
}

/** The finalizer of MurmurHash3. */
function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
