/**
 * Whether the same request gets the same line again: `node dist/test/eval/repeated.js TASKS --repos DIR [--limit N]
 * [--bundle DIR] [--json]` completes each task three times in one session, as an editor would, with the bundle's generator in
 * float32 and with int8 products, and counts the answers that differ from the one before.
 */
import { readGivenTasks, withGivenTasks } from './givenTasks.js';
import { buildVariants } from './precision.js';
import { runAsScript } from './runAsScript.js';
import { scratchFolder } from './scratch.js';
import { markdown } from './table.js';
import { visitTasks, type Visit } from './visitTasks.js';

const TIMES = 3;

/** [TIMES − 1] how many lines of the second time differ from the first, of the third from the second. */
export async function countChanges(visit: Visit): Promise<number[]> {
  const changes = new Array<number>(TIMES - 1).fill(0);
  await visitTasks(visit, async (task, repository) => {
    const { prefix } = visit.prompts.get(task)!;
    let before: string | undefined;
    for (let time = 0; time < TIMES; time++) {
      const { text } = await repository.complete({ path: task.path, prefix, suffix: null, context: 'hef', lanes: { model: true, copy: true }, session: `${task.repo} ${task.path} ${task.line}` }, {});
      if (before !== undefined && text !== before) changes[time - 1]!++;
      before = text;
    }
  });
  return changes;
}

async function main(): Promise<void> {
  const given = readGivenTasks('repeated');
  const builds = buildVariants(given.bundle, scratchFolder(), 'generator');
  const rows: { precision: string; changes: number[] }[] = [];
  for (const [precision, bundle] of Object.entries(builds)) rows.push({ precision, changes: await withGivenTasks({ ...given, bundle }, countChanges) });
  if (given.json) console.log(JSON.stringify({ tasks: given.tasks.length, rows }, null, 2));
  else console.log(markdown(['generator', 'tasks', 'second differs from first', 'third differs from second'], rows.map(({ precision, changes }) => [precision, String(given.tasks.length), ...changes.map(String)])).join('\n'));
}

await runAsScript(import.meta.url, main);
