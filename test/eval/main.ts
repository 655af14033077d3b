/**
 * `hefc eval TASKS --repos DIR …` measures every lane on pointer tasks; `hefc eval --sample N …` on lines drawn from the
 * user's own repository.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { readArguments, type Arguments } from './arguments.js';
import { drawTasks } from './drawTasks.js';
import { EvalError } from './evalError.js';
import { evaluate } from './evaluate.js';
import { reportTable } from './table.js';

function startFile(path: string): void {
  try {
    writeFileSync(path, '');
  } catch (error) {
    throw new EvalError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code}); name a file in a folder of your own`);
  }
}

async function main({ source, arms, fim, json, out, details, bundle }: Arguments): Promise<void> {
  const drawn = await drawTasks(source);
  // Before hours of work, not after.
  for (const path of [out, details]) if (path !== undefined) startFile(path);

  const { report } = await evaluate(drawn, { arms, fim, bundle }, details === undefined ? undefined : (each) => appendFileSync(details, `${JSON.stringify(each)}\n`));
  const text = JSON.stringify(report, null, 2);
  if (out !== undefined) writeFileSync(out, `${text}\n`);
  console.log(json ? text : reportTable(report));
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  const known = error instanceof EvalError;
  console.error(`hefc eval: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = known ? 2 : 1;
}
