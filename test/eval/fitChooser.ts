/**
 * Fits the choice between the lines of both lanes: `node dist/test/eval/fitChooser.js [--default-choice]
 * DETAILS.jsonl…`, the files being
 * written by `hefc eval … --context product --details` on tasks of several repositories, none of them the validation's.
 * Prints ChooserParameters, confidence among them, as JSON on stdout (what export.py --chooser takes), and on stderr what the choice is worth on
 * each repository when it was fitted on the others. With --default-choice the choice stays the default one, for a generator on
 * which no better one is found, and its confidence alone is fitted.
 */
import { readFileSync } from 'node:fs';
import { DEFAULT_CHOOSER, weigh } from '../../daemon/complete/choose.js';
import { CONFIDENCE_FEATURES, confidenceFeatures } from '../../daemon/complete/confidence.js';
import { LINE_FEATURES } from '../../daemon/complete/lineFeatures.js';
import type { ChooserParameters, ConfidenceParameters } from '../../models/types.js';
import type { TaskChoice } from './choice.js';
import { fitConditionalLogit } from './conditionalLogit.js';
import { runAsScript } from './runAsScript.js';
import type { TaskDetails } from './runTasks.js';
import { markdown } from './table.js';

/** L2 penalty per task on scaled weights: the tasks are few. */
const PENALTY = 0.01;

/** Exact matches on one repository: of either lane alone and of choices between all lines. */
export interface HeldOut {
  repo: string;
  n: number;
  greedy: number;
  copy: number;
  /** With the parameters that are used when a bundle has none. */
  unfitted: number;
  /** Fitted on all other repositories. */
  fitted: number;
  /** One of the lines is right: what a perfect choice would reach, and without the generator's lines, and without the copies. */
  perfect: number;
  perfectCopy: number;
  perfectModel: number;
}

/** Fits which line is right on every task where one is. Then moves the bias to where most exact matches are made. */
export function fitChooser(details: readonly TaskDetails[], penalty = PENALTY): ChooserParameters {
  const choices = details.flatMap(({ choice }) => choice ?? []);
  const examples = choices.flatMap(({ lines }) => {
    const right = lines.findIndex((line) => line.right);
    return right < 0 || lines.length < 2 ? [] : [{ lines: lines.map(({ features }) => features), right }];
  });
  const parameters = withBestBias(choices, { bias: 0, weights: fitConditionalLogit(examples, LINE_FEATURES, penalty) });
  return { ...parameters, confidence: fitConfidence(choices, parameters, penalty) };
}

/** The default choice, with the confidence that fits it. */
export function fitDefaultChooser(details: readonly TaskDetails[], penalty = PENALTY): ChooserParameters {
  return { ...DEFAULT_CHOOSER, confidence: fitConfidence(details.flatMap(({ choice }) => choice ?? []), DEFAULT_CHOOSER, penalty) };
}

/**
 * Fits how often the chosen line is right: a logistic regression, which is the choice between that line and another one without
 * any features.
 */
function fitConfidence(choices: readonly TaskChoice[], parameters: ChooserParameters, penalty: number): ConfidenceParameters {
  const examples = choices.flatMap((choice) => {
    const line = chosenLine(choice, parameters);
    return line === undefined ? [] : [{ lines: [{ ...confidenceFeatures(line.features), always: 1 }, {}], right: line.right ? 0 : 1 }];
  });
  const { always, ...weights } = fitConditionalLogit(examples, [...CONFIDENCE_FEATURES, 'always'], penalty);
  return { bias: always!, weights };
}

/** The middle of the run of equally good biases that is nearest to the fit's own: far from the tasks on both sides. */
function withBestBias(choices: readonly TaskChoice[], parameters: ChooserParameters): ChooserParameters {
  const shifts = Array.from({ length: 61 }, (_, step) => (step - 30) / 20);
  const right = shifts.map((bias) => choices.filter((choice) => chosenRight(choice, { ...parameters, bias })).length);
  const most = Math.max(...right);
  const best = shifts.map((_, i) => i).filter((i) => right[i] === most);
  let first = best.reduce((nearest, i) => (Math.abs(shifts[i]!) < Math.abs(shifts[nearest]!) ? i : nearest));
  let last = first;
  while (right[first - 1] === most) first--;
  while (right[last + 1] === most) last++;
  return { ...parameters, bias: shifts[Math.floor((first + last) / 2)]! };
}

/** The line the engine would choose with these parameters: the same ranking as daemon/complete/choose.ts. */
function chosenLine({ lines }: TaskChoice, parameters: ChooserParameters): TaskChoice['lines'][number] | undefined {
  const scores = lines.map(({ features }) => weigh(parameters, features));
  return lines[scores.indexOf(Math.max(...scores))];
}

/** Whether the engine would be right with these parameters. */
export function chosenRight(choice: TaskChoice, parameters: ChooserParameters): boolean {
  return chosenLine(choice, parameters)?.right ?? choice.answerRight;
}

/** One row a repository, fitted on all others. */
export function crossValidate(details: readonly TaskDetails[], penalty = PENALTY): HeldOut[] {
  return [...new Set(details.map((each) => each.repo))].map((repo) => {
    const choices = details.filter((each) => each.repo === repo).flatMap(({ choice }) => choice ?? []);
    const parameters = fitChooser(details.filter((each) => each.repo !== repo), penalty);
    const count = (right: (choice: TaskChoice) => boolean) => choices.filter(right).length;
    const oneOf = (which: (line: TaskChoice['lines'][number]) => boolean) => count(({ lines }) => lines.some((line) => line.right && which(line)));
    return {
      repo,
      n: choices.length,
      greedy: count((choice) => choice.greedyRight),
      copy: count((choice) => choice.copyRight),
      unfitted: count((choice) => chosenRight(choice, DEFAULT_CHOOSER)),
      fitted: count((choice) => chosenRight(choice, parameters)),
      perfect: oneOf(() => true),
      perfectCopy: oneOf(({ features }) => features['copied'] === 1),
      perfectModel: oneOf(({ from }) => from !== 'copy'),
    };
  });
}

function main(given: readonly string[]): void {
  const files = given.filter((word) => word !== '--default-choice');
  if (files.length === 0) throw new Error('usage: fitChooser [--default-choice] DETAILS.jsonl… (written by hefc eval … --context product --details)');
  const details = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as TaskDetails));
  const columns = ['n', 'greedy', 'copy', 'unfitted', 'fitted', 'perfect', 'perfectCopy', 'perfectModel'] as const;
  const held = crossValidate(details);
  const rows = held.map((row) => [row.repo, ...columns.map((column) => String(row[column]))]);
  rows.push(['in all', ...columns.map((column) => String(held.reduce((sum, row) => sum + row[column], 0)))]);
  console.error('Exact matches, each repository with parameters fitted on the others:');
  console.error(markdown(['repository', ...columns], rows).join('\n'));
  console.log(JSON.stringify((files.length === given.length ? fitChooser : fitDefaultChooser)(details), null, 2));
}

await runAsScript(import.meta.url, () => main(process.argv.slice(2)));
