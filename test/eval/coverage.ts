/**
 * What keeping quiet costs and brings: `node dist/test/eval/coverage.js DETAILS.jsonl…` reads what `hefc eval … --context
 * product --details` wrote and prints, for each least confidence, on how many lines something is shown, how often that is
 * right, and how many of the right answers are shown. Below it, how often answers of each confidence are right.
 */
import { readFileSync } from 'node:fs';
import { runAsScript } from './runAsScript.js';
import type { TaskDetails } from './runTasks.js';
import { markdown } from './table.js';

const THRESHOLDS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const BINS = 5;

/** An answer, or its absence, at one place. */
export interface Answer {
  confidence: number;
  right: boolean;
}

export interface Coverage {
  threshold: number;
  /** Shares, 0..1, of all places, of those shown, and of all right answers; null where nothing is shown or right. */
  shown: number;
  precision: number | null;
  recall: number | null;
}

export function coverageOf(answers: readonly Answer[], threshold: number): Coverage {
  const shown = answers.filter(({ confidence }) => confidence > 0 && confidence >= threshold);
  const right = shown.filter((answer) => answer.right).length;
  const allRight = answers.filter((answer) => answer.right).length;
  return {
    threshold,
    shown: shown.length / Math.max(1, answers.length),
    precision: shown.length === 0 ? null : right / shown.length,
    recall: allRight === 0 ? null : right / allRight,
  };
}

/** Mean confidence beside the share that is right, in so many bins of equal size, the least confident first. */
export function calibration(answers: readonly Answer[], bins: number): { confidence: number; right: number; n: number }[] {
  const sorted = answers.filter(({ confidence }) => confidence > 0).sort((a, b) => a.confidence - b.confidence);
  return Array.from({ length: bins }, (_, bin) => sorted.slice(Math.floor((bin * sorted.length) / bins), Math.floor(((bin + 1) * sorted.length) / bins)))
    .filter((part) => part.length > 0)
    .map((part) => ({
      confidence: part.reduce((sum, { confidence }) => sum + confidence, 0) / part.length,
      right: part.filter(({ right }) => right).length / part.length,
      n: part.length,
    }));
}

const percent = (value: number | null): string => (value === null ? '' : (100 * value).toFixed(1));

function main(files: readonly string[]): void {
  if (files.length === 0) throw new Error('usage: coverage DETAILS.jsonl… (written by hefc eval … --context product --details)');
  const details = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as TaskDetails));
  const answers = details.flatMap(({ choice }) => (choice === undefined ? [] : [{ confidence: choice.confidence, right: choice.answerRight }]));
  if (answers.length === 0 || answers.some(({ confidence }) => confidence === undefined)) throw new Error('these details tell no confidence; write them anew with hefc eval … --context product --details');
  const rows = THRESHOLDS.map((threshold) => coverageOf(answers, threshold));
  console.log(`${answers.length} places\n`);
  console.log(markdown(['least confidence', 'shown %', 'right of shown %', 'shown of right %'], rows.map(({ threshold, shown, precision, recall }) => [threshold.toFixed(2), percent(shown), percent(precision), percent(recall)])).join('\n'));
  console.log('');
  console.log(markdown(['mean confidence', 'right', 'n'], calibration(answers, BINS).map(({ confidence, right, n }) => [confidence.toFixed(2), right.toFixed(2), String(n)])).join('\n'));
}

await runAsScript(import.meta.url, () => main(process.argv.slice(2)));
