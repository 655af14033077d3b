/** Which command lines go on from what is typed, best first. */
import { commandStarts, isInQuote } from './quoting.js';
import type { Candidate } from './types.js';

export interface Typed {
  /** Left and right of the cursor. */
  left: string;
  right: string;
}

export interface Match {
  /** What is to stand left of the cursor. */
  left: string;
  from: string;
  /** `continued`: it begins with what was typed; `argument`: its last word does; `like`: it holds the words that were typed. */
  how: 'continued' | 'argument' | 'like';
}

/** Fewer letters are in nearly every line. */
const LEAST_LIKE = 2;
/** What may follow the cursor for a completion to stand before it as words of its own. */
const ENDED = /^(?:\s|$|[;|&)`])/;

export function match(candidates: readonly Candidate[], { left, right }: Typed, limit: number): Match[] {
  const starts = commandStarts(left);
  const found = new Map<string, Match>();
  const add = (one: Match): void => {
    const fitted = fit(one.left, left, right);
    if (fitted !== undefined && fitted !== left && !found.has(fitted)) found.set(fitted, { ...one, left: fitted });
  };
  const ranked = [...candidates].sort((a, b) => b.prior - a.prior || a.text.length - b.text.length || (a.text < b.text ? -1 : 1));
  for (const start of starts) {
    const typed = left.slice(start);
    for (const { text, from } of ranked) if (text.startsWith(typed)) add({ left: left.slice(0, start) + text, from, how: 'continued' });
  }
  const last = starts.at(-1);
  if (last === undefined) return [...found.values()].slice(0, limit);
  const typed = left.slice(last);
  for (const { text, from } of argumentsOf(ranked, typed)) add({ left: left + text, from, how: 'argument' });
  if (typed.trim().length >= LEAST_LIKE && ENDED.test(right) && !isInQuote(left)) {
    for (const { text, from } of like(ranked, typed)) add({ left: left.slice(0, last) + text, from, how: 'like' });
  }
  return [...found.values()].slice(0, limit);
}

/** Drops what stands right of the cursor already; undefined when the cursor is inside a word that it does not end in. */
function fit(whole: string, left: string, right: string): string | undefined {
  const rest = /^[^;|&\n]*/.exec(right)![0].trimEnd();
  if (rest === '' || !whole.startsWith(left)) return whole;
  for (let k = Math.min(rest.length, whole.length - left.length); k > 0; k--) if (whole.endsWith(rest.slice(0, k)) && (k === rest.length || ENDED.test(rest.slice(k)))) return whole.slice(0, whole.length - k);
  return ENDED.test(right) ? whole : undefined;
}

/** The rest of a last word that stands in commands of the same program, the likeliest first. */
function argumentsOf(ranked: readonly Candidate[], typed: string): Candidate[] {
  const words = typed.split(/\s+/);
  const last = words.at(-1) ?? '';
  const [program = ''] = words;
  if (words.length < 2 || last.length < LEAST_LIKE) return [];
  const before = new Set(words.slice(1, -1));
  const sums = new Map<string, Candidate>();
  for (const { text, from, prior } of ranked) {
    const [other, ...rest] = text.split(/\s+/);
    if (other !== program) continue;
    for (const word of rest) {
      if (!word.startsWith(last) || word === last || before.has(word) || /["'`;|&()]/.test(word)) continue;
      const ending = word.slice(last.length);
      const known = sums.get(ending);
      sums.set(ending, { text: ending, from: known?.from ?? from, prior: (known?.prior ?? 0) + prior });
    }
  }
  return [...sums.values()].sort((a, b) => b.prior - a.prior);
}

/** Lines that hold every typed word in this order; those whose words begin so first. */
function like(ranked: readonly Candidate[], typed: string): Candidate[] {
  const words = typed.toLowerCase().trim().split(/\s+/);
  const scored = ranked.flatMap((candidate) => {
    const text = candidate.text.toLowerCase();
    let at = 0;
    let begun = 0;
    for (const word of words) {
      const found = text.indexOf(word, at);
      if (found < 0) return [];
      if (found === 0 || /[\s:/._-]/.test(text[found - 1]!)) begun++;
      at = found + word.length;
    }
    return [{ candidate, score: begun / words.length + candidate.prior / 4 }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ candidate }) => candidate);
}
