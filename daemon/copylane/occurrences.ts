/** Finds where the lines above the cursor stand elsewhere, and gathers the lines that follow there. */
import type { EditedFile } from './editedFile.js';
import type { LineIndex } from './lineIndex.js';
import type { HashedLines, Prompt } from './promptLines.js';

/** Positions taken from each table of the index, for the context itself and for it without its last line. */
const TAKEN = 300;
const TAKEN_SKIPPING = 100;
/** Lines counted as a long run. */
const LONGEST_RUN = 32;
const NEAR_LINES = 8;

export type Origin = 'repository' | 'above' | 'below';

/** One place whose preceding lines agree with the prompt's. */
export interface Occurrence {
  origin: Origin;
  /** Position of the line that follows the context, in the arrays of its origin. */
  position: number;
  /** Preceding lines in a row that are equal, and that have equal shape. */
  exactRun: number;
  shapeRun: number;
  /** Of the NEAR_LINES preceding lines, the share that is equal line by line. */
  near: number;
  /** 1 when the step of indentation from the last line is the prompt's, else 0. */
  indented: number;
  /** How the occurrence ranks before its text is read. */
  weight: number;
}

/** Occurrences followed by the same line. */
export interface LineGroup {
  exact: number;
  occurrences: Occurrence[];
  best: Occurrence;
  /** Share of this group among the occurrences whose run is at least its own. */
  exactShare: number;
  shapeShare: number;
}

/** Groups of equal next lines, best first. */
export function gatherGroups(index: LineIndex, prompt: Prompt, edited: EditedFile, most: number): LineGroup[] {
  const occurrences = [...fromRepository(index, prompt, edited), ...fromBuffer(prompt, 'above'), ...fromBuffer(prompt, 'below')];
  const exactTotals = new Int32Array(LONGEST_RUN + 2);
  const shapeTotals = new Int32Array(LONGEST_RUN + 2);
  const groups = new Map<number, LineGroup>();
  for (const one of occurrences) {
    exactTotals[one.exactRun]!++;
    shapeTotals[one.shapeRun]!++;
    const exact = linesOf(index, prompt, one.origin).exact[one.position]!;
    const group = groups.get(exact);
    if (!group) groups.set(exact, { exact, occurrences: [one], best: one, exactShare: 0, shapeShare: 0 });
    else {
      group.occurrences.push(one);
      if (one.weight > group.best.weight) group.best = one;
    }
  }
  for (let run = LONGEST_RUN; run >= 0; run--) {
    exactTotals[run]! += exactTotals[run + 1]!;
    shapeTotals[run]! += shapeTotals[run + 1]!;
  }
  for (const group of groups.values()) {
    const { exactRun, shapeRun } = group.best;
    group.exactShare = group.occurrences.filter((one) => one.exactRun >= exactRun).length / exactTotals[exactRun]!;
    group.shapeShare = group.occurrences.filter((one) => one.shapeRun >= shapeRun).length / shapeTotals[shapeRun]!;
  }
  const rank = (group: LineGroup): number =>
    group.best.weight + Math.log2(group.occurrences.length) / 2 + group.exactShare + group.shapeShare;
  return [...groups.values()].sort((a, b) => rank(b) - rank(a) || a.exact - b.exact).slice(0, most);
}

type Hashes = Pick<HashedLines, 'exact' | 'shape' | 'line'>;

export function linesOf(index: LineIndex, prompt: Prompt, origin: Origin): Hashes {
  return origin === 'repository' ? index : prompt[origin];
}

function fromRepository(index: LineIndex, prompt: Prompt, edited: EditedFile): Occurrence[] {
  const ends = new Set<number>();
  for (const kind of ['exact', 'shape'] as const) {
    for (const lines of [4, 2, 1]) for (const end of index.find(kind, lines, prompt[kind], TAKEN)) ends.add(end);
  }
  // The last line may be new while those above it are not.
  for (const [kind, lines] of [['exact', 2], ['exact', 1], ['shape', 4]] as const) {
    for (const end of index.find(kind, lines, prompt[kind].subarray(1), TAKEN_SKIPPING)) if (index.exact[end + 1] !== 0) ends.add(end + 1);
  }
  const found: Occurrence[] = [];
  for (const end of ends) {
    if (index.exact[end + 1] !== 0 && index.place(end, edited)) found.push(measure(index, prompt, 'repository', end));
  }
  return found;
}

function fromBuffer(prompt: Prompt, origin: 'above' | 'below'): Occurrence[] {
  const found: Occurrence[] = [];
  const lines = prompt[origin];
  if (prompt.exact.length === 0) return found;
  for (let end = 1; end + 1 < lines.exact.length; end++) {
    if (lines.exact[end] === prompt.exact[0] || lines.shape[end]! >>> 8 === prompt.shape[0]! >>> 8 || lines.exact[end - 1] === prompt.exact[1]) {
      found.push(measure(lines, prompt, origin, end));
    }
  }
  return found;
}

function measure(lines: Hashes, prompt: Prompt, origin: Origin, end: number): Occurrence {
  const depth = Math.min(prompt.exact.length, LONGEST_RUN);
  let exactRun = 0;
  while (exactRun < depth && lines.exact[end - exactRun] === prompt.exact[exactRun]) exactRun++;
  let shapeRun = 0;
  while (shapeRun < depth && lines.exact[end - shapeRun] !== 0 && lines.shape[end - shapeRun]! >>> 8 === prompt.shape[shapeRun]! >>> 8) shapeRun++;
  let equal = 0;
  for (let k = 0; k < Math.min(depth, NEAR_LINES) && lines.exact[end - k] !== 0; k++) if (lines.exact[end - k] === prompt.exact[k]) equal++;
  const step = (lines.shape[end + 1]! & 255) - (lines.shape[end]! & 255);
  const indented = step === prompt.indent - (prompt.shape[0]! & 255) ? 1 : 0;
  const weight = 2 * Math.log2(1 + exactRun) + Math.log2(1 + shapeRun) + 2 * (equal / NEAR_LINES) + 1.5 * indented + (origin === 'repository' ? 0 : 0.5);
  return { origin, position: end + 1, exactRun, shapeRun, near: equal / NEAR_LINES, indented, weight };
}
