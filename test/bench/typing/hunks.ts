/** What a commit changed in a file, as edits from its first line to its last. */

export interface Hunk {
  /** 0-based line of the buffer, once the hunks before have been applied. */
  at: number;
  /** Lines taken out there. */
  removed: number;
  /** Lines put in in their place. */
  added: string[];
}

/** Reads the hunks of one file's `git diff --unified=0`. */
export function readHunks(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  for (const line of diff.split('\n')) {
    const found = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (found) {
      const [, removed = '1', start, added = '1'] = found;
      // Where nothing is added, Git names the line before.
      hunks.push({ at: Number(added) === 0 ? Number(start) : Number(start) - 1, removed: Number(removed), added: [] });
    } else if (line.startsWith('+')) hunks.at(-1)?.added.push(line.slice(1));
  }
  return hunks;
}
