import type { Arguments } from './arguments.js';
import type { Arm } from './arms.js';
import type { Drawn } from './drawTasks.js';
import { bundleFolder, openEvaluation } from './openEvaluation.js';
import { progressLine } from './progressLine.js';
import { makeReport, type Outcome, type Report } from './report.js';
import { runTasks, type TaskDetails } from './runTasks.js';

/** Runs arms on drawn tasks with a bundle, showing the progress. Throws EvalError. */
export async function evaluate({ tasks, folderOf, databases }: Drawn, { arms, fim, bundle }: Pick<Arguments, 'fim' | 'bundle'> & { arms: readonly Arm[] }, onDetails?: (details: TaskDetails) => void): Promise<{ outcomes: Outcome[]; report: Report }> {
  const line = progressLine();
  const evaluation = await openEvaluation(bundleFolder(bundle), databases);
  try {
    const outcomes = await runTasks(tasks, {
      folderOf,
      arms,
      fim,
      inference: evaluation.inference,
      open: evaluation.open,
      onIndex: (repo, progress) => line.show(`${repo}: indexing, ${progress.phase} ${progress.filesDone}/${progress.files} files`),
      onTask: (done, all, task) => line.show(`${task.repo}: ${done}/${all} tasks`),
      ...(onDetails && { onDetails }),
    });
    line.end();
    return { outcomes, report: makeReport(outcomes, fim ? 'fim' : 'left', evaluation.inference.modelId) };
  } finally {
    await evaluation.close();
  }
}
