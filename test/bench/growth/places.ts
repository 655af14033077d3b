/** Where completions are asked for in a repository of copies, and where the texts of its files come from. */
import type { ObjectReader } from '../../../store/types.js';
import { seededRandom } from '../../eval/random.js';
import { isTaskLine } from '../../eval/sampleTasks.js';
import type { Copies } from './copies.js';

/** A place to complete at: a file of the tree, and what stands above and left of the cursor. */
export interface Place {
  path: string;
  prefix: string;
}

/** A line each of the first files, drawn at random, up to its indentation. Throws when there is none. */
export function drawPlaces(copies: Copies, files: number, count: number): Place[] {
  const random = seededRandom(23);
  const places: Place[] = [];
  for (let tries = 0; tries < 50 * count && places.length < count; tries++) {
    const number = Math.floor(files * random());
    // Prose and data are not what is completed.
    if (copies.file(number).language === 'text') continue;
    const lines = copies.text(number).split('\n');
    const at = Math.floor(lines.length * (0.3 + 0.6 * random()));
    const line = lines[at] ?? '';
    if (isTaskLine(line)) places.push({ path: copies.file(number).path, prefix: lines.slice(0, at).map((each) => `${each}\n`).join('') + /^\s*/.exec(line)![0] });
  }
  if (places.length === 0) throw new Error('the repository has no source line to complete; give another --repo');
  return places;
}

/** Git's part of a tree of copies: the texts of its files, and nothing else. */
export function readerOf(copies: Copies): ObjectReader {
  const absent = (): Promise<never> => Promise.reject(new Error('made-up objects are blobs alone'));
  return {
    kind: 'git',
    readBlob: async (oid) => {
      const text = copies.textOf(oid);
      return text === undefined ? undefined : Buffer.from(text);
    },
    blobSize: absent,
    readTree: absent,
    rootTree: absent,
    branches: absent,
    head: absent,
    close: () => undefined,
  };
}
