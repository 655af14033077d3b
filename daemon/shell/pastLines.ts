import { sanitize } from '../complete/sanitize.js';
import { isSecretLine } from './secretLine.js';
import type { Candidate } from './types.js';

const LONGEST = 500;

/** Candidates from a shell's history, oldest first: often and lately typed lines count most. What looks like a secret is left out. */
export function pastLines(history: readonly string[]): Candidate[] {
  const found = new Map<string, { count: number; last: number }>();
  history.forEach((entry, at) => {
    const text = entry.trim();
    if (text.length < 2 || text.length > LONGEST || sanitize(text, 'line') !== text || text.includes('\t') || isSecretLine(text)) return;
    found.set(text, { count: (found.get(text)?.count ?? 0) + 1, last: at });
  });
  return [...found].map(([text, { count, last }]) => ({ text, from: 'history', prior: Math.log1p(count) + (last + 1) / history.length }));
}

/** A line that both know counts for both; where it came from is the repository's. */
export function withPast(candidates: readonly Candidate[], past: readonly Candidate[]): Candidate[] {
  const merged = new Map(candidates.map((one) => [one.text, one]));
  for (const one of past) {
    const known = merged.get(one.text);
    merged.set(one.text, known === undefined ? one : { ...known, prior: known.prior + one.prior });
  }
  return [...merged.values()];
}
