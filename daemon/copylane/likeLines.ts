/** Lines of the open buffer at the cursor's indentation that follow a line with much in common with the last one. */
import type { LineGroup, Occurrence } from './occurrences.js';
import type { Prompt } from './promptLines.js';

const MOST = 12;
/** How much of the likeness a line loses at twice the distance. */
const DISTANCE = 0.03;
const REPEATED = 0.05;

/** Best first; lines that stand in `known` already are left out. */
export function likeGroups(prompt: Prompt, known: readonly LineGroup[]): LineGroup[] {
  const { exact, shape, tokens } = prompt.above;
  const last = exact.length - 1;
  const skipped = new Set(known.map((group) => group.exact));
  const groups = new Map<number, LineGroup>();
  for (let position = last; position >= 2; position--) {
    if (skipped.has(exact[position]!) || (shape[position]! & 255) !== prompt.indent) continue;
    const step = (shape[position]! & 255) - (shape[position - 1]! & 255);
    const indented = step === prompt.indent - (shape[last]! & 255) ? 1 : 0;
    const weight = likeness(tokens[position - 1]!, tokens[last]!) + indented / 2 - DISTANCE * Math.log2(last - position + 1);
    const occurrence: Occurrence = { origin: 'above', position, exactRun: 0, shapeRun: 0, near: 0, indented, weight };
    const group = groups.get(exact[position]!);
    if (!group) groups.set(exact[position]!, { exact: exact[position]!, occurrences: [occurrence], best: occurrence, exactShare: 0, shapeShare: 0 });
    else {
      group.occurrences.push(occurrence);
      if (weight > group.best.weight) group.best = occurrence;
    }
  }
  const rank = (group: LineGroup): number => group.best.weight + REPEATED * Math.log2(group.occurrences.length);
  return [...groups.values()].sort((a, b) => rank(b) - rank(a)).slice(0, MOST);
}

/** Tokens two lines share, as a part of all their distinct tokens. */
export function likeness(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const left = new Set(a);
  const right = new Set(b);
  let shared = 0;
  for (const token of left) if (right.has(token)) shared++;
  return shared / (left.size + right.size - shared);
}
