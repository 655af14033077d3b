/** Places of the repository that follow lines like those above the cursor: where memory of what comes next is to be found. */
import { editedFile } from './editedFile.js';
import type { LineIndex } from './lineIndex.js';
import { gatherGroups } from './occurrences.js';
import { readPrompt } from './promptLines.js';

/** Groups of equal next lines that are looked through: some stand in the open buffer alone. */
const GROUPS_A_PLACE = 3;

export interface LikePlace {
  path: string;
  /** 0-based line that follows the like lines. */
  line: number;
}

/** At most `count` places, best first; never one of the edited file or of a copy of it. */
export function likePlaces(index: LineIndex, request: { prefix: string; path: string }, count: number): LikePlace[] {
  const prompt = readPrompt(request.prefix, null, request.path);
  const edited = editedFile(index, request.path, request.prefix, null);
  const places: LikePlace[] = [];
  for (const { best } of gatherGroups(index, prompt, edited, count * GROUPS_A_PLACE)) {
    const place = best.origin === 'repository' ? index.place(best.position, edited) : undefined;
    if (place) places.push({ path: place.path, line: index.line[best.position]! });
    if (places.length === count) break;
  }
  return places;
}
