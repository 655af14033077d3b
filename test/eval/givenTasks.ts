/** What scripts that measure on pointer tasks share: their arguments, and a visit of the tasks with a bundle. */
import { parseArgs } from 'node:util';
import { EvalError } from './evalError.js';
import { bundleFolder, openEvaluation } from './openEvaluation.js';
import { progressLine } from './progressLine.js';
import { repositoryFolder } from './repositories.js';
import { readTasks, spreadTasks, type Task } from './tasks.js';
import { prepareVisit, type Visit } from './visitTasks.js';

export interface GivenTasks {
  tasks: Task[];
  /** Folder of the repositories. */
  repos: string;
  /** Folder of the bundle. */
  bundle: string;
  json: boolean;
}

/** Reads `TASKS --repos DIR [--limit N] [--bundle DIR] [--json]` from the command line. Throws EvalError. */
export function readGivenTasks(name: string): GivenTasks {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { repos: { type: 'string' }, limit: { type: 'string' }, bundle: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [file, ...more] = positionals;
  const { repos, json } = values;
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (file === undefined || more.length > 0 || repos === undefined || !(limit >= 1)) throw new EvalError(`usage: ${name} TASKS --repos DIR [--limit N] [--bundle DIR] [--json]`);
  return { tasks: spreadTasks(readTasks(file), limit), repos, bundle: bundleFolder(values.bundle), json };
}

/** Works on a visit of the tasks with the bundle, left context only; what was opened for it is closed afterwards. */
export async function withGivenTasks<T>({ tasks, repos, bundle }: Omit<GivenTasks, 'json'>, work: (visit: Visit) => Promise<T>): Promise<T> {
  const line = progressLine();
  const evaluation = await openEvaluation(bundle);
  try {
    return await work(
      await prepareVisit(tasks, {
        folderOf: (repo) => repositoryFolder(repos, repo),
        fim: false,
        inference: evaluation.inference,
        open: evaluation.open,
        onIndex: (repo, progress) => line.show(`${repo}: indexing, ${progress.phase} ${progress.filesDone}/${progress.files} files`),
      }),
    );
  } finally {
    line.end();
    await evaluation.close();
  }
}
