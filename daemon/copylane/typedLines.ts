/** Lines of the open buffer that begin with what is typed already, whatever stands above them. */
import type { LineGroup, Occurrence } from './occurrences.js';
import type { Prompt } from './promptLines.js';

const SHORTEST_TYPED = 2;
const MOST = 12;

/** Nearest to the cursor first; lines that stand in `known` already are left out. */
export function typedGroups(prompt: Prompt, known: readonly LineGroup[]): LineGroup[] {
  if (prompt.typed.length < SHORTEST_TYPED) return [];
  const taken = new Map<number, LineGroup | null>(known.map((group) => [group.exact, null]));
  const groups: LineGroup[] = [];
  for (const origin of ['above', 'below'] as const) {
    const { text, exact } = prompt[origin];
    for (let k = 1; k < text.length && groups.length < MOST; k++) {
      const position = origin === 'above' ? text.length - k : k;
      if (!text[position]!.trimStart().startsWith(prompt.typed)) continue;
      const occurrence: Occurrence = { origin, position, exactRun: 0, shapeRun: 0, near: 0, indented: 0, weight: 0 };
      const same = taken.get(exact[position]!);
      if (same) same.occurrences.push(occurrence);
      if (same !== undefined) continue;
      const group: LineGroup = { exact: exact[position]!, occurrences: [occurrence], best: occurrence, exactShare: 0, shapeShare: 0 };
      taken.set(group.exact, group);
      groups.push(group);
    }
  }
  return groups;
}
