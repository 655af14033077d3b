/** Lines of a repository to fit or measure on, with the cursor before them or inside. */
import { BlobLines } from '../../daemon/copylane/blobLines.js';
import { judgeAll, type CopyCandidate } from '../../daemon/copylane/propose.js';
import { scanLine } from '../../daemon/copylane/scanLine.js';
import { firstLine, promptOf, type LineTask, type OpenedCommit } from './replay.js';

const LINES_A_FILE = 5;
const MID_LINE_EVERY = 5;
const FILL_IN_EVERY = 3;
const COMMENT = /^(?:\/\/|\/\*|\*|#|""")/;

export interface Judged {
  candidates: (CopyCandidate & { right: boolean })[];
  midLine: boolean;
  fillIn: boolean;
}

/**
 * Up to `count` lines, five a file at most: no blank or comment, two tokens at least. One in five has the cursor in
 * mid-line, one in three what follows. The same seed gives the same lines.
 */
export async function judgeSample(opened: OpenedCommit, seed: number, count: number): Promise<Judged[]> {
  const next = random(seed);
  const lines: { path: string; line: number; target: string }[] = [];
  for (const path of opened.sources) {
    opened.text(path)!.split('\n').forEach((text, i) => {
      const target = text.trim();
      if (target !== '' && !COMMENT.test(target) && scanLine(target).length >= 2) lines.push({ path, line: i + 1, target });
    });
  }
  const blobs = new BlobLines(opened.read);
  const taken = new Map<string, number>();
  const judged: Judged[] = [];
  for (let tries = 0; judged.length < count && tries < 20 * count; tries++) {
    const { path, line, target } = lines[Math.floor(next() * lines.length)]!;
    if ((taken.get(path) ?? 0) >= LINES_A_FILE) continue;
    taken.set(path, (taken.get(path) ?? 0) + 1);
    const midLine = judged.length % MID_LINE_EVERY === 0 && target.length > 6;
    const fillIn = judged.length % FILL_IN_EVERY === 1;
    const prompt = promptOf(opened.text(path)!, line, midLine ? 2 + Math.floor(next() * (target.length - 5)) : 0);
    const candidates = await judgeAll(opened.index, opened.tokens, blobs, { prefix: prompt.prefix, suffix: fillIn ? prompt.suffix : null, path });
    judged.push({ midLine, fillIn, candidates: candidates.map((one) => ({ ...one, right: firstLine(one.text) === prompt.target })) });
  }
  return judged;
}

/** The given lines, with the cursor before them and without what follows. */
export async function judgeTasks(opened: OpenedCommit, tasks: readonly LineTask[]): Promise<Judged[]> {
  const blobs = new BlobLines(opened.read);
  const judged: Judged[] = [];
  for (const { path, line } of tasks) {
    const { prefix, target } = promptOf(opened.text(path)!, line);
    const candidates = await judgeAll(opened.index, opened.tokens, blobs, { prefix, suffix: null, path });
    judged.push({ midLine: false, fillIn: false, candidates: candidates.map((one) => ({ ...one, right: firstLine(one.text) === target })) });
  }
  return judged;
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
