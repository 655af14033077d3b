/**
 * `hefc bench compare [TASKS --repos DIR | --sample N …]`, with the arguments of `hefc eval` (without: 40 lines of the
 * repository around you): what a user would do instead, beside hefc. The same tasks through the same generator with
 * nothing, pasted text, pasted text retrieved twice, and memory; nothing is cached from task to task. Arms take turns
 * task by task, so that they share whatever else the machine does; times are end to end, retrieval included.
 */
import { readArguments } from '../eval/arguments.js';
import { GROUPS, type Arm } from '../eval/arms.js';
import { drawTasks } from '../eval/drawTasks.js';
import { EvalError } from '../eval/evalError.js';
import { evaluate } from '../eval/evaluate.js';
import { differenceOf } from '../eval/paired.js';
import type { Outcome, Report } from '../eval/report.js';
import { heading, markdown, percent } from '../eval/table.js';
import { median } from './timing.js';

/** An arm against memory. */
interface Compared {
  arm: Arm;
  em: number;
  /** Exact match of hef minus this arm's, with its 95 % interval. */
  hef_minus: number;
  hef_minus_ci: [number, number];
  tokens_in: number;
  p50_ms: number;
  p95_ms: number;
  /** Median over tasks of this arm's time by hef's on the same task. */
  times_hef: number;
}

/** Lines drawn from the repository around the user where no tasks are named. */
const DEFAULT_SAMPLE = '40';
/** Arguments of `hefc eval` that mean nothing here. */
const FOREIGN = ['--context', '--out', '--details'];

export async function compare(given: readonly string[]): Promise<void> {
  const foreign = FOREIGN.find((option) => given.some((each) => each === option || each.startsWith(`${option}=`)));
  if (foreign !== undefined) throw new EvalError(`compare: ${foreign} belongs to hefc eval; here the arms are fixed and the table goes to standard output`);
  const { source, fim, json, bundle } = readArguments(given, DEFAULT_SAMPLE);
  const { outcomes, report } = await evaluate(await drawTasks(source), { arms: GROUPS['compare']!, fim, bundle });
  const rows = comparedArms(outcomes, report);
  console.log(json ? JSON.stringify({ tasks: report.tasks, mode: report.mode, model: report.model, rows }, null, 2) : comparison(rows, report));
}

export function comparedArms(outcomes: readonly Outcome[], report: Pick<Report, 'arms'>): Compared[] {
  const of = (arm: Arm): Outcome[] => outcomes.filter((outcome) => outcome.arm === arm);
  const hef = of('hef');
  const hefMs = new Map(hef.map(({ task, ms }) => [task, ms]));
  return (Object.keys(report.arms) as Arm[]).map((arm) => {
    const { em, tokens_in, p50_ms, p95_ms } = report.arms[arm]!;
    const gain = differenceOf(hef, of(arm));
    return { arm, em, hef_minus: gain.em, hef_minus_ci: gain.em_ci, tokens_in, p50_ms, p95_ms, times_hef: median(of(arm).map(({ task, ms }) => ms / hefMs.get(task)!)) };
  });
}

function comparison(rows: readonly Compared[], report: Report): string {
  return [
    heading(report),
    '',
    ...markdown(
      ['arm', 'EM', 'hef − arm', '95 %', 'tokens in', 'p50 ms', 'p95 ms', "times hef's"],
      rows.map((row) => [row.arm, percent(row.em), percent(row.hef_minus), row.hef_minus_ci.map(percent).join(' … '), row.tokens_in.toFixed(0), row.p50_ms.toFixed(0), row.p95_ms.toFixed(0), row.times_hef.toFixed(1)]),
    ),
    '',
    'tokens in: tokens and vectors of a prompt; the iterative arms read one like it in each of two rounds.',
  ].join('\n');
}
