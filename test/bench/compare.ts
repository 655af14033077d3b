/**
 * `hefc bench compare [TASKS --repos DIR | --sample N …]`, with the arguments of `hefc eval` (without: 40 lines of the
 * repository around you): what a user would do instead, beside hefc. The same tasks through the same generator with
 * nothing, pasted text, pasted text retrieved twice, and memory; nothing is cached from task to task. Arms take turns
 * task by task, so that they share whatever else the machine does; times are end to end, retrieval included.
 */
import { readArguments } from '../eval/arguments.js';
import { GROUPS, type Arm } from '../eval/arms.js';
import { drawTasks } from '../eval/drawTasks.js';
import { bundleFolder, openEvaluation } from '../eval/openEvaluation.js';
import { differenceOf } from '../eval/paired.js';
import { progressLine } from '../eval/progressLine.js';
import { makeReport, type Outcome, type Report } from '../eval/report.js';
import { runTasks } from '../eval/runTasks.js';
import { markdown } from '../eval/table.js';
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

const DEFAULT = ['--sample', '40'];

export async function compare(given: string[]): Promise<void> {
  const own = given.some((each) => each === '--sample' || !each.startsWith('-')) ? given : [...DEFAULT, ...given];
  const { source, fim, json, bundle } = readArguments([...own, '--context', 'compare']);
  const { tasks, folderOf, databases } = await drawTasks(source);
  const line = progressLine();
  const evaluation = await openEvaluation(bundleFolder(bundle), databases);
  try {
    const outcomes = await runTasks(tasks, {
      folderOf,
      arms: GROUPS['compare']!,
      fim,
      inference: evaluation.inference,
      open: evaluation.open,
      onIndex: (repo, progress) => line.show(`${repo}: indexing, ${progress.phase} ${progress.filesDone}/${progress.files} files`),
      onTask: (done, all, task) => line.show(`${task.repo}: ${done}/${all} tasks`),
    });
    line.end();
    const report = makeReport(outcomes, fim ? 'fim' : 'left', evaluation.inference.modelId);
    const rows = comparedArms(outcomes, report);
    console.log(json ? JSON.stringify({ tasks: report.tasks, mode: report.mode, model: report.model, rows }, null, 2) : comparison(rows, report));
  } finally {
    await evaluation.close();
  }
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

function comparison(rows: readonly Compared[], { tasks, mode, model }: Report): string {
  const points = (share: number): string => (100 * share).toFixed(1);
  return [
    `${tasks} tasks, ${mode === 'fim' ? 'fill in the middle' : 'left context only'}, model ${model}`,
    '',
    ...markdown(
      ['arm', 'EM', 'hef − arm', '95 %', 'tokens in', 'p50 ms', 'p95 ms', "times hef's"],
      rows.map((row) => [row.arm, points(row.em), points(row.hef_minus), row.hef_minus_ci.map(points).join(' … '), row.tokens_in.toFixed(0), row.p50_ms.toFixed(0), row.p95_ms.toFixed(0), row.times_hef.toFixed(1)]),
    ),
    '',
    'tokens in: tokens and vectors of a prompt; the iterative arms read one like it in each of two rounds.',
  ].join('\n');
}
