/** `hefc eval TASKS --repos DIR …`: measures every lane on pointer tasks; see docs/architecture.md for what it prints. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chooseArms } from './arms.js';
import { EvalError } from './evalError.js';
import { openEvaluation } from './openEvaluation.js';
import { progressLine } from './progressLine.js';
import { makeReport } from './report.js';
import { runTasks } from './runTasks.js';
import { reportTable } from './table.js';
import { readTasks, spreadTasks } from './tasks.js';

const USAGE = 'usage: hefc eval TASKS --repos DIR [--context LIST] [--limit N] [--fim] [--json] [--out FILE] [--details FILE] [--bundle DIR]';

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        repos: { type: 'string' },
        context: { type: 'string' },
        limit: { type: 'string' },
        fim: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        details: { type: 'string' },
        bundle: { type: 'string' },
      },
    });
  } catch (error) {
    throw new EvalError(`${(error as Error).message}; ${USAGE}`);
  }
}

function startFile(path: string): void {
  try {
    writeFileSync(path, '');
  } catch (error) {
    throw new EvalError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code}); name a file in a folder of your own`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0 || values.repos === undefined) throw new EvalError(USAGE);
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (!(limit >= 1)) throw new EvalError(`--limit: ${values.limit} is no number of tasks; give a whole number from 1`);
  const arms = chooseArms(values.context);
  const tasks = spreadTasks(readTasks(file), limit);
  const details = values.details;
  // Before hours of work, not after.
  for (const path of [values.out, details]) if (path !== undefined) startFile(path);

  const line = progressLine();
  const evaluation = await openEvaluation(values.bundle);
  try {
    const outcomes = await runTasks(tasks, {
      repos: values.repos,
      arms,
      fim: values.fim,
      open: evaluation.open,
      onIndex: (repo, progress) => line.show(`${repo}: indexing, ${progress.phase} ${progress.filesDone}/${progress.files} files`),
      onTask: (done, all, task) => line.show(`${task.repo}: ${done}/${all} tasks`),
      ...(details === undefined ? {} : { onDetails: (each) => appendFileSync(details, `${JSON.stringify(each)}\n`) }),
    });
    line.end();
    const report = makeReport(outcomes, values.fim ? 'fim' : 'left', evaluation.modelId);
    const json = JSON.stringify(report, null, 2);
    if (values.out !== undefined) writeFileSync(values.out, `${json}\n`);
    console.log(values.json ? json : reportTable(report));
  } finally {
    await evaluation.close();
  }
}

try {
  await main();
} catch (error) {
  const known = error instanceof EvalError;
  console.error(`hefc eval: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = known ? 2 : 1;
}
