/**
 * `hefc eval TASKS --repos DIR …` measures every lane on pointer tasks; `hefc eval --sample N …` on lines drawn from the
 * user's own repository.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { readArguments, type Arguments } from './arguments.js';
import { drawTasks } from './drawTasks.js';
import { EvalError } from './evalError.js';
import { bundleFolder, openEvaluation } from './openEvaluation.js';
import { progressLine } from './progressLine.js';
import { makeReport } from './report.js';
import { runTasks } from './runTasks.js';
import { reportTable } from './table.js';

function startFile(path: string): void {
  try {
    writeFileSync(path, '');
  } catch (error) {
    throw new EvalError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code}); name a file in a folder of your own`);
  }
}

async function main({ source, arms, fim, json, out, details, bundle }: Arguments): Promise<void> {
  const { tasks, folderOf, databases } = await drawTasks(source);
  // Before hours of work, not after.
  for (const path of [out, details]) if (path !== undefined) startFile(path);

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
      ...(details === undefined ? {} : { onDetails: (each) => appendFileSync(details, `${JSON.stringify(each)}\n`) }),
    });
    line.end();
    const report = makeReport(outcomes, fim ? 'fim' : 'left', evaluation.inference.modelId);
    const text = JSON.stringify(report, null, 2);
    if (out !== undefined) writeFileSync(out, `${text}\n`);
    console.log(json ? text : reportTable(report));
  } finally {
    await evaluation.close();
  }
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  const known = error instanceof EvalError;
  console.error(`hefc eval: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = known ? 2 : 1;
}
