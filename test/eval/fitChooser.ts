/**
 * Fits the choice between the copy lane and the greedy line: `node dist/test/eval/fitChooser.js DETAILS.jsonl`, the
 * file being one written by `hefc eval … --details`. Prints ChooserParameters as JSON on stdout, and on stderr what
 * the choice is worth on each repository when it was fitted on the others.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_CHOOSER, logOdds } from '../../daemon/complete/choose.js';
import type { ChooserParameters } from '../../models/types.js';
import type { TaskChoice } from './choice.js';
import { fitLogistic, type Example } from './logistic.js';
import type { TaskDetails } from './runTasks.js';
import { markdown } from './table.js';

/** Exact matches on one repository: of the greedy line alone, of the copy lane's best alone, and of choices between. */
export interface HeldOut {
  repo: string;
  n: number;
  greedy: number;
  copy: number;
  /** With the parameters that are used when a bundle has none. */
  unfitted: number;
  /** Fitted on all other repositories. */
  fitted: number;
  perfect: number;
}

/**
 * Fits which candidate is right on every task where something offered was right: each candidate is an example, 1 when
 * right. Then moves the bias to where choosing between the best candidate and the greedy line gives the most exact
 * matches over all tasks: a generator that is seldom right must not win by default.
 */
export function fitChooser(details: readonly TaskDetails[]): ChooserParameters {
  const choices = details.flatMap(({ choice }) => choice ?? []);
  return withBestBias(choices, fitLogistic(choices.flatMap(examplesOf)));
}

/** Of equally good biases the middle of the highest run: far from the tasks on both sides. */
function withBestBias(choices: readonly TaskChoice[], parameters: ChooserParameters): ChooserParameters {
  const shifts = Array.from({ length: 161 }, (_, step) => (step - 80) / 10);
  const right = shifts.map((shift) => choices.filter((choice) => chosenRight(choice, { ...parameters, bias: parameters.bias + shift })).length);
  const best = Math.max(...right);
  const last = right.lastIndexOf(best);
  let first = last;
  while (right[first - 1] === best) first--;
  return { ...parameters, bias: Number((parameters.bias + shifts[Math.floor((first + last) / 2)]!).toFixed(5)) };
}

function examplesOf(choice: TaskChoice): Example[] {
  if (!choice.greedy.right && !choice.candidates.some((candidate) => candidate.right)) return [];
  return choice.candidates.map((candidate) => ({ features: candidate.features, label: candidate.right ? 1 : 0 }));
}

/** Whether the engine would be right with these parameters: the same rule as daemon/complete/choose.ts. */
export function chosenRight(choice: TaskChoice, parameters: ChooserParameters): boolean {
  if (choice.agree) return choice.greedy.right;
  const ranked = choice.candidates.map((candidate) => ({ candidate, odds: logOdds(parameters, candidate.features) })).sort((a, b) => b.odds - a.odds);
  const top = ranked[0];
  return top !== undefined && (top.odds > 0 || choice.greedy.empty) ? top.candidate.right : choice.greedy.right;
}

/** One row a repository, fitted on all others. */
export function crossValidate(details: readonly TaskDetails[]): HeldOut[] {
  return [...new Set(details.map((each) => each.repo))].map((repo) => {
    const choices = details.filter((each) => each.repo === repo).flatMap(({ choice }) => choice ?? []);
    const parameters = fitChooser(details.filter((each) => each.repo !== repo));
    const count = (right: (choice: TaskChoice) => boolean) => choices.filter(right).length;
    return {
      repo,
      n: choices.length,
      greedy: count((choice) => choice.greedy.right),
      copy: count((choice) => choice.copyRight),
      unfitted: count((choice) => chosenRight(choice, DEFAULT_CHOOSER)),
      fitted: count((choice) => chosenRight(choice, parameters)),
      perfect: count((choice) => choice.greedy.right || choice.candidates.some((candidate) => candidate.right)),
    };
  });
}

function main(file: string | undefined): void {
  if (file === undefined) throw new Error('usage: fitChooser DETAILS.jsonl (written by hefc eval … --details)');
  const details = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as TaskDetails);
  const columns = ['n', 'greedy', 'copy', 'unfitted', 'fitted', 'perfect'] as const;
  const held = crossValidate(details);
  const rows = held.map((row) => [row.repo, ...columns.map((column) => String(row[column]))]);
  rows.push(['in all', ...columns.map((column) => String(held.reduce((sum, row) => sum + row[column], 0)))]);
  console.error('Exact matches, each repository with parameters fitted on the others:');
  console.error(markdown(['repository', ...columns], rows).join('\n'));
  console.log(JSON.stringify(fitChooser(details), null, 2));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main(process.argv[2]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
