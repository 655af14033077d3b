/** Lines of the open buffer and of the files near it that begin with what is typed already, whatever stands above them. */
import type { BlobLines } from './blobLines.js';
import type { EditedFile } from './editedFile.js';
import { NOT_MADE, type Draft } from './features.js';
import { hashExact } from './lineHash.js';
import type { LineIndex } from './lineIndex.js';
import type { LineGroup, Occurrence } from './occurrences.js';
import type { Prompt } from './promptLines.js';
import { indentOf } from './scanLine.js';

const SHORTEST_TYPED = 2;
const MOST = 12;
const NEARBY_FILES = 12;

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

/** The most frequent lines of the nearest files that begin with what is typed. */
export async function typedNearby(index: LineIndex, blobs: BlobLines, prompt: Prompt, edited: EditedFile): Promise<Draft[]> {
  if (prompt.typed.length < SHORTEST_TYPED) return [];
  const drafts = new Map<string, Draft>();
  for (const { path, oid } of index.neighbours(edited, NEARBY_FILES)) {
    const texts = (await blobs.lines(oid)) ?? [];
    texts.forEach((text, sourceLine) => {
      const line = text.trim();
      if (!line.startsWith(prompt.typed)) return;
      const known = drafts.get(line);
      if (known) {
        known.votes++;
        known.frequency++;
        return;
      }
      const occurrence: Occurrence = { origin: 'repository', position: 0, exactRun: 0, shapeRun: 0, near: 0, indented: 0, weight: 0 };
      drafts.set(line, {
        line, path, sourceLine, occurrence,
        group: { exact: hashExact(line), occurrences: [occurrence], best: occurrence, exactShare: 0, shapeShare: 0 },
        indentText: text.slice(0, text.length - text.trimStart().length), sourceIndent: indentOf(text),
        above: texts.slice(Math.max(0, sourceLine - MOST), sourceLine).filter((one) => one.trim() !== '').reverse(),
        after: texts[sourceLine + 1]?.trim() ?? '', renamed: false, unrenamed: false, votes: 1, frequency: 1, rank: MOST, ...NOT_MADE,
      });
    });
  }
  return [...drafts.values()].sort((a, b) => b.votes - a.votes).slice(0, MOST);
}
