/**
 * The copy lane: lines that stand in the repository or in the open buffer after a context like the cursor's, renamed to
 * fit. No weights but a small logistic chooser. Only files of the open tree are read, and never the stored text of the
 * file being edited (editedFile.ts).
 */
import { BlobLines, type ReadBlob } from './blobLines.js';
import { probabilitiesOf } from './chooser.js';
import { editedFile, type EditedFile } from './editedFile.js';
import { createComposer } from './composeLines.js';
import { featuresOfAll, NOT_MADE, type Draft, type Features } from './features.js';
import type { LineIndex } from './lineIndex.js';
import { likeGroups } from './likeLines.js';
import { hashExact } from './lineHash.js';
import { gatherGroups, linesOf, type LineGroup, type Occurrence } from './occurrences.js';
import { readPrompt, type Prompt } from './promptLines.js';
import { carryOver, learnRenaming } from './renaming.js';
import { indentOf } from './scanLine.js';
import { scanned } from './scannedLine.js';
import { seriesLines } from './series.js';
import type { TokenIndex } from './tokenIndex.js';
import { typedGroups, typedNearby } from './typedLines.js';

export const MOST_CANDIDATES = 8;
/** Groups of equal next lines whose text is read. */
const READ_GROUPS = 20;
/** More of them where what is typed will rule most of them out. */
const READ_GROUPS_TYPED = 64;
/** Longer lines are data. */
const LONGEST_LINE = 400;
/** Characters that show something other than what they are; repository text is not to be trusted with them. */
const DECEIVING = /[\p{Cc}\u200B\u200E\u200F\u2028\u2029\u202A-\u202E\u2060-\u2069\uFEFF]/u;
const FREQUENCY_BOUND = 64;
const LINES_KEPT_ABOVE = 12;
/** Lines above searched for the successors of a series. */
const SERIES_LINES = 600;
const MOST_RANK = 12;

export interface CopyRequest {
  /** Everything above and left of the cursor. */
  prefix: string;
  /** Everything right of and below the cursor; null for left-only. */
  suffix: string | null;
  /** Path in the tree, '/'-separated. */
  path: string;
}

export interface CopyCandidate {
  /** What would be inserted at the cursor: the rest of the line, without its newline. */
  text: string;
  /** Where it was copied from; the request's own path for the open buffer. */
  path: string;
  /** 0-based line there. */
  line: number;
  /** Probability that the whole line is meant, as fitted. */
  score: number;
  features: Features;
}

export interface CopyLane {
  readonly index: LineIndex;
  /** At most MOST_CANDIDATES, best first, all different. */
  propose(request: CopyRequest): Promise<CopyCandidate[]>;
}

export function createCopyLane(index: LineIndex, tokens: TokenIndex, readBlob: ReadBlob): CopyLane {
  const blobs = new BlobLines(readBlob);
  return {
    index,
    async propose(request) {
      return (await judgeAll(index, tokens, blobs, request)).slice(0, MOST_CANDIDATES);
    },
  };
}

/** Every candidate looked at, best first: what `propose` cuts, and what the chooser is fitted on. */
export async function judgeAll(index: LineIndex, tokens: TokenIndex, blobs: BlobLines, request: CopyRequest): Promise<CopyCandidate[]> {
  const prompt = readPrompt(request.prefix, request.suffix, request.path);
  const edited = editedFile(index, request.path, request.prefix, request.suffix);
  const snapshot = tokens.snapshot();
  const groups = gatherGroups(index, prompt, edited, prompt.typed === '' ? READ_GROUPS : READ_GROUPS_TYPED);
  groups.push(...(prompt.typed === '' ? likeGroups(prompt, groups) : typedGroups(prompt, groups)));
  const composer = createComposer(snapshot, prompt, edited);
  const made = madeDrafts(prompt, composer.lines());
  // All are under way before the first is awaited: the index may follow another tree meanwhile.
  const read = await Promise.all([
    ...groups.map((group, rank) => draftsOf(index, blobs, prompt, edited, group, rank)),
    typedNearby(index, blobs, prompt, edited),
  ]);
  const drafts = new Map<string, Draft>();
  for (const draft of read.flat()) {
    const known = drafts.get(draft.line);
    if (!known) drafts.set(draft.line, draft);
    else known.votes += draft.votes;
  }
  for (const draft of made) {
    const known = drafts.get(draft.line);
    if (!known) drafts.set(draft.line, draft);
    else {
      known.composed ||= draft.composed;
      known.series ??= draft.series;
    }
  }
  const fitting = [...drafts.values()].filter(({ line }) =>
    line.startsWith(prompt.typed) && line.length > prompt.typed.length && line.length <= LONGEST_LINE && !DECEIVING.test(line.replaceAll('\t', ' ')));
  for (const draft of fitting) draft.likelihood = composer.likelihood(draft.line);
  const features = featuresOfAll(fitting, prompt);
  const scores = probabilitiesOf(features);
  return fitting
    .map((draft, k) => ({
      text: insertion(draft, prompt), path: draft.path, line: draft.sourceLine, score: scores[k]!, features: features[k]!,
    }))
    .sort((a, b) => b.score - a.score);
}

/** Lines that need not stand anywhere: composed ones and continued series. */
function madeDrafts(prompt: Prompt, composed: readonly { line: string }[]): Draft[] {
  const { above } = prompt;
  const last = above.exact.length - 1;
  const draft = (line: string, position: number, more: Partial<Draft>): Draft => {
    const occurrence: Occurrence = { origin: 'above', position, exactRun: 0, shapeRun: 0, near: 0, indented: 1, weight: 0 };
    return {
      line, path: prompt.path, sourceLine: above.line[position] ?? 0, occurrence,
      group: { exact: hashExact(line), occurrences: [occurrence], best: occurrence, exactShare: 0, shapeShare: 0 },
      indentText: prompt.indentText, sourceIndent: prompt.indent, above: [], after: '', renamed: false, unrenamed: false, votes: 1, frequency: 0, rank: MOST_RANK,
      ...NOT_MADE, made: true, ...more,
    };
  };
  const lines = above.text.slice(1).slice(-SERIES_LINES).reverse().map((line) => line.trim());
  const series = prompt.typed !== '' ? [] : seriesLines(lines, lines.map((line) => scanned(line).tokens));
  return [
    ...composed.map(({ line }, k) => draft(line, last, { composed: k + 1 })),
    ...series.map((one) => draft(one.line, last + 1 - one.distance, { series: one })),
  ];
}

/** The group's line as it would stand here and, where that differs, as it stands there. */
async function draftsOf(index: LineIndex, blobs: BlobLines, prompt: Prompt, edited: EditedFile, group: LineGroup, rank: number): Promise<Draft[]> {
  const { origin, position } = group.best;
  const lines = linesOf(index, prompt, origin);
  const place = origin === 'repository' ? index.place(position, edited) : { path: prompt.path, oid: '' };
  if (!place) return [];
  const sourceLine = lines.line[position]!;
  const frequency = frequencyOf(index, edited, group.exact);
  const linesAbove: number[] = [];
  for (let k = 1; k <= LINES_KEPT_ABOVE && lines.exact[position - k]; k++) linesAbove.push(lines.line[position - k]!);
  const lineAfter = lines.exact[position + 1] ? lines.line[position + 1]! : -1;
  const texts = origin === 'repository' ? await blobs.lines(place.oid) : prompt[origin].byLine;
  if (!texts) return [];
  const raw = texts[sourceLine] ?? '';
  const above = linesAbove.map((line) => texts[line] ?? '');
  const after = texts[lineAfter]?.trim() ?? '';
  const found = raw.trim();
  // The text must be what was hashed: a blob read wrong never reaches a completion.
  if (hashExact(found) !== group.exact) return [];
  const changed = carryOver(found, learnRenaming(above, prompt.nearest, group.best.shapeRun));
  const draft: Draft = {
    line: changed, group, occurrence: group.best, path: place.path, sourceLine, above, after,
    indentText: /^[ \t]*/.exec(raw)![0], sourceIndent: indentOf(raw),
    renamed: changed !== found, unrenamed: false, votes: group.occurrences.length,
    frequency, rank, ...NOT_MADE,
  };
  return changed === found ? [draft] : [draft, { ...draft, line: found, renamed: false, unrenamed: true }];
}

/** Equal lines in the other files of the tree, up to a bound. */
function frequencyOf(index: LineIndex, edited: EditedFile, exact: number): number {
  return index.find('exact', 1, Uint32Array.of(exact), FREQUENCY_BOUND).filter((position) => index.place(position, edited)).length;
}

/**
 * The rest of the line. With the cursor in the first column of an empty line, what is deeper than that brings its
 * indentation along: that of the line above, one step more where the source has it so.
 */
function insertion(draft: Draft, prompt: Prompt): string {
  if (prompt.typed !== '') return draft.line.slice(prompt.typed.length);
  if (prompt.indentText !== '' || draft.occurrence.indented === 1 || draft.made) return draft.line;
  const there = /^[ \t]*/.exec(draft.above[0] ?? '')![0];
  const own = draft.indentText;
  if (own.startsWith(there)) return prompt.previousIndentText + own.slice(there.length) + draft.line;
  return prompt.previousIndentText.slice(0, Math.max(0, prompt.previousIndentText.length - (there.length - own.length))) + draft.line;
}
