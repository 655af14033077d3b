/** Carries the differences between two equally shaped contexts over to the line that follows one of them. */
import { renameLine } from './scanLine.js';
import { scanned } from './scannedLine.js';

/** Lines of context that may teach a renaming. */
const TEACHING_LINES = 12;

/**
 * @param there the lines above the candidate, nearest first
 * @param here the lines above the cursor, nearest first
 * @param shapeRun how many of them agree in shape
 * @returns what each differing word or string of `there` is called `here`; the nearest line decides
 */
export function learnRenaming(there: readonly string[], here: readonly string[], shapeRun: number): Map<string, string> {
  const renaming = new Map<string, string>();
  const seen = new Set<string>();
  for (let k = 0; k < Math.min(shapeRun, there.length, here.length, TEACHING_LINES); k++) {
    const from = scanned(there[k]!).tokens;
    const to = scanned(here[k]!).tokens;
    // Equal hashes of unequal shapes teach nothing.
    if (from.length !== to.length || from.some((token, i) => token.kind !== to[i]!.kind)) break;
    for (let i = from.length - 1; i >= 0; i--) {
      const { kind, text } = from[i]!;
      if ((kind !== 'word' && kind !== 'string') || seen.has(text)) continue;
      seen.add(text);
      if (text !== to[i]!.text) renaming.set(text, to[i]!.text);
    }
  }
  return renaming;
}

/** The line as it would stand here. Words that hold a renamed word keep the rest of their name. */
export function carryOver(line: string, renaming: ReadonlyMap<string, string>): string {
  if (renaming.size === 0) return line;
  const parts = partsOf(renaming);
  const complete = new Map(renaming);
  for (const { kind, text } of scanned(line).tokens) {
    if (complete.has(text) || (kind !== 'word' && kind !== 'string')) continue;
    const renamed = renameParts(text, parts);
    if (renamed !== text) complete.set(text, renamed);
  }
  return renameLine(line, complete);
}

/** Renamed words of some length, longest first, that may stand inside longer words. */
function partsOf(renaming: ReadonlyMap<string, string>): [string, string][] {
  const parts: [string, string][] = [];
  for (const [from, to] of renaming) {
    if (/^["'`]/.test(from) || from.length < 4) continue;
    parts.push([from, to]);
    const [core, other] = differingCore(from, to);
    if (core.length >= 3 && other.length >= 2 && core !== from) parts.push([core, other]);
  }
  return parts.sort((a, b) => b[0].length - a[0].length);
}

/** `getUserName` and `getTeamName` differ in `User` and `Team`. */
function differingCore(from: string, to: string): [string, string] {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  // Back to the borders of the words inside the name.
  while (head > 0 && !isBorder(from, head)) head--;
  while (tail > 0 && !isBorder(from, from.length - tail)) tail--;
  return [from.slice(head, from.length - tail), to.slice(head, to.length - tail)];
}

function isBorder(name: string, at: number): boolean {
  const left = name[at - 1]!;
  const right = name[at];
  return right === undefined || left === '_' || right === '_' || (/[a-z0-9]/.test(left) && /[A-Z]/.test(right));
}

function renameParts(text: string, parts: readonly [string, string][]): string {
  for (const [from, to] of parts) {
    if (text.includes(from)) return text.replaceAll(from, to);
    const lower = lowerFirst(from);
    const upper = upperFirst(from);
    if (text.includes(lower)) return text.replaceAll(lower, lowerFirst(to));
    if (text.includes(upper)) return text.replaceAll(upper, upperFirst(to));
  }
  return text;
}

const lowerFirst = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);
const upperFirst = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
