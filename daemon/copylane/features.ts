/** What the chooser knows of a candidate. All values lie between 0 and about 5, and are exact functions of their inputs. */
import type { LineGroup, Occurrence } from './occurrences.js';
import { OVERLAP_LINES, type Prompt } from './promptLines.js';
import { scanned } from './scannedLine.js';
import { likeness } from './likeLines.js';
import type { Likelihood } from './composeLines.js';
import { sharedFolders } from './lineIndex.js';
import type { SeriesLine } from './series.js';

export const FEATURES = [
  'exactRun', 'exactRun1', 'exactRun2', 'shapeRun', 'near', 'exactShare', 'shapeShare', 'votes', 'indented', 'own', 'sameFolder', 'sameExtension',
  'unseen', 'allSeen', 'renamed', 'notRenamed', 'renamedUnseen', 'repeatsNear', 'repeats', 'repeatedImport', 'length', 'marksOnly', 'closes',
  'closesWrongly', 'frequency', 'overlap', 'rank', 'follows', 'doublesNext', 'fillIn', 'midLine', 'typed', 'runTimesShare', 'indentedRun', 'afterBlank', 'commentLine', 'like', 'sameIndent', 'recent', 'newContext',
  'composed', 'composedOnly', 'series', 'seriesVotes', 'seriesRecency', 'seriesOnly', 'lmSum', 'lmMean', 'lmLeast', 'lmFirst', 'lmEnd', 'lmShare', 'belowBestLm',
  'belowBestRun', 'belowBestShape', 'belowBestNear', 'belowBestOverlap', 'belowBestLike', 'belowBestFrequency', 'newLike', 'alone', 'indentedNew',
] as const;
export type FeatureName = (typeof FEATURES)[number];
export type Features = Record<FeatureName, number>;

/** A line that might be meant, before it is judged. */
export interface Draft {
  /** Without outer blanks. */
  line: string;
  /** Its indentation where it was copied from. */
  indentText: string;
  sourceIndent: number;
  group: LineGroup;
  occurrence: Occurrence;
  path: string;
  /** 0-based line it was copied from. */
  sourceLine: number;
  /** Lines at and above the copied line's context, nearest first. */
  above: readonly string[];
  /** The line after the copied one, without outer blanks; '' at the end of the file. */
  after: string;
  /** The renaming changed the line; or it would have, and this is the line as it stood. */
  renamed: boolean;
  unrenamed: boolean;
  votes: number;
  /** Lines of the index equal to the one copied, bounded. */
  frequency: number;
  /** Rank before the text was read, 0 first. */
  rank: number;
  /** Place among the composed lines, 1 first; 0 when it is none of them. */
  composed: number;
  /** The series it continues. */
  series: SeriesLine | undefined;
  /** Stands nowhere as it is. */
  made: boolean;
  likelihood: Likelihood;
}

/** What is so of a line that was copied, until more is known. */
export const NOT_MADE = { composed: 0, series: undefined, made: false, likelihood: { sum: 0, mean: 0, least: 0, first: 0, end: 0 } } as const;

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const IMPORT = /^(?:import\b|from\b.*\bimport\b|export\b.*\bfrom\b|use\b|#include\b|(?:const|let|var)\b.*\brequire\()/;

/** Features of all drafts of one request, in their order. */
export function featuresOfAll(drafts: readonly Draft[], prompt: Prompt): Features[] {
  const all = drafts.map((draft) => featuresOf(draft, prompt));
  const best = (name: FeatureName): number => all.reduce((most, one) => Math.max(most, one[name]), 0);
  const [run, shape, near, shared, like, frequency] = [best('exactRun'), best('shapeRun'), best('near'), best('overlap'), best('like'), best('frequency')];
  const sums = drafts.map((draft) => draft.likelihood.sum);
  const likeliest = Math.max(...sums);
  const mass = sums.reduce((sum, one) => sum + Math.exp(one - likeliest), 0);
  for (const [k, one] of all.entries()) {
    one.lmShare = Math.exp(sums[k]! - likeliest) / mass;
    one.belowBestLm = Math.min(5, (likeliest - sums[k]!) / 4);
    one.belowBestRun = run - one.exactRun;
    one.belowBestShape = shape - one.shapeRun;
    one.belowBestNear = near - one.near;
    one.belowBestOverlap = shared - one.overlap;
    one.belowBestLike = like - one.like;
    one.belowBestFrequency = frequency - one.frequency;
    one.alone = 1 / all.length;
  }
  return all;
}

function featuresOf(draft: Draft, prompt: Prompt): Features {
  const { occurrence, group, line } = draft;
  const { tokens } = scanned(line);
  const words = tokens.filter((token) => token.kind === 'word');
  const unseen = words.filter((token) => !prompt.words.has(token.text)).length;
  const repeats = prompt.trimmed.has(line);
  const own = occurrence.origin !== 'repository';
  const closer = CLOSES[line.charAt(0)];
  const next = prompt.below.text[1]?.trim() ?? '';
  const run = Math.log2(1 + occurrence.exactRun);
  const on = (value: boolean): number => (value ? 1 : 0);
  const isNew = on(occurrence.shapeRun === 0 && occurrence.exactRun === 0);
  const like = likeness(scanned(draft.above[0] ?? '').texts, prompt.above.tokens.at(-1)!);
  return {
    exactRun: run,
    exactRun1: on(occurrence.exactRun >= 1),
    exactRun2: on(occurrence.exactRun >= 2),
    shapeRun: Math.log2(1 + occurrence.shapeRun),
    near: occurrence.near,
    exactShare: group.exactShare,
    shapeShare: group.shapeShare,
    votes: Math.log2(draft.votes),
    indented: occurrence.indented,
    own: on(own),
    sameFolder: on(!own && folderOf(draft.path) === folderOf(prompt.path)) + (own ? 1 : sharedFolders(draft.path, prompt.path) / 8),
    sameExtension: on(extensionOf(draft.path) === extensionOf(prompt.path)),
    unseen: Math.min(4, unseen) / 2,
    allSeen: on(unseen === 0),
    renamed: on(draft.renamed),
    notRenamed: on(draft.unrenamed),
    renamedUnseen: on(draft.renamed && unseen > 0),
    repeatsNear: on(prompt.trimmedNear.has(line)),
    repeats: on(repeats),
    repeatedImport: on(repeats && IMPORT.test(line)),
    length: Math.log2(1 + line.length) / 2,
    marksOnly: on(tokens.every((token) => token.kind === 'mark')),
    closes: on(closer !== undefined && closer === prompt.openBracket),
    closesWrongly: on(closer !== undefined && closer !== prompt.openBracket),
    frequency: Math.log2(1 + draft.frequency) / 2,
    overlap: overlap(draft.above, prompt),
    rank: Math.log2(1 + draft.rank),
    follows: on(next !== '' && draft.after === next),
    doublesNext: on(next !== '' && line === next),
    fillIn: on(prompt.below.text.length > 1),
    midLine: on(prompt.typed !== ''),
    typed: Math.log2(1 + prompt.typed.length) / 2,
    runTimesShare: run * group.exactShare,
    indentedRun: occurrence.indented * run,
    afterBlank: on(prompt.afterBlank) * run,
    like,
    sameIndent: on(draft.sourceIndent === prompt.indent),
    recent: occurrence.origin === 'above' ? 1 / Math.log2(1 + prompt.above.text.length - occurrence.position) : 0,
    composed: draft.composed > 0 ? 1 / Math.log2(1 + draft.composed) : 0,
    composedOnly: on(draft.made && draft.composed > 0),
    series: draft.series ? 1 / draft.series.distance : 0,
    seriesVotes: draft.series ? Math.log2(1 + draft.series.votes) : 0,
    seriesRecency: draft.series ? 1 / Math.log2(1 + draft.series.recency) : 0,
    seriesOnly: on(draft.made && draft.series !== undefined),
    lmSum: Math.max(-5, draft.likelihood.sum / 8),
    lmMean: draft.likelihood.mean,
    lmLeast: draft.likelihood.least / 2,
    lmFirst: draft.likelihood.first / 2,
    lmEnd: draft.likelihood.end,
    newContext: isNew,
    newLike: isNew * like,
    indentedNew: isNew * occurrence.indented,
    belowBestRun: 0, belowBestShape: 0, belowBestNear: 0, belowBestOverlap: 0, belowBestLike: 0, belowBestFrequency: 0, alone: 0, lmShare: 0, belowBestLm: 0,
    commentLine: on(/^(?:\/\/|#(?!include)|\/\*|\*)/.test(line)),
  };
}

/** Share of the words just above the cursor that also stand just above the copied line. */
function overlap(above: readonly string[], prompt: Prompt): number {
  const here = prompt.nearWords;
  if (here.size === 0) return 0;
  const shared = new Set<string>();
  for (const line of above.slice(0, OVERLAP_LINES)) for (const word of scanned(line).words) if (here.has(word)) shared.add(word);
  return shared.size / here.size;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const extensionOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
