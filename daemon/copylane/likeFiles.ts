/** Which files of the open tree a text of unknown origin is: those most of its lines stand in. */
import { hashExact } from './lineHash.js';
import type { LineIndex } from './lineIndex.js';

export interface LikeFile {
  path: string;
  /** Distinct telling lines of the text that stand in it. */
  lines: number;
  /** The same, of those asked for. */
  share: number;
}

/** Telling lines looked up on each side of the cursor, the nearest first. */
const LINES = 100;
/** Shorter lines stand everywhere. */
const SHORTEST = 6;
/** A line that stands in so many places tells nothing. */
const COMMON = 64;

/** At most `count` files, best first. A line counts the more the fewer files hold it. */
export function likeFiles(index: LineIndex, { above, below }: { above: string; below: string }, count: number): LikeFile[] {
  const asked = new Set([...telling(above.split('\n').reverse()), ...telling(below.split('\n'))]);
  const found = new Map<string, { lines: number; weight: number }>();
  for (const line of asked) {
    const positions = index.find('exact', 1, Uint32Array.of(hashExact(line)), COMMON);
    if (positions.length === COMMON) continue;
    const paths = new Set(positions.flatMap((position) => index.pathsAt(position)));
    for (const path of paths) {
      const one = found.get(path) ?? { lines: 0, weight: 0 };
      one.lines++;
      one.weight += 1 / paths.size;
      found.set(path, one);
    }
  }
  return [...found]
    .sort(([pathA, a], [pathB, b]) => b.weight - a.weight || b.lines - a.lines || (pathA < pathB ? -1 : 1))
    .slice(0, count)
    .map(([path, { lines }]) => ({ path, lines, share: lines / asked.size }));
}

function telling(lines: readonly string[]): string[] {
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line.length >= SHORTEST && /\w/.test(line)))].slice(0, LINES);
}
