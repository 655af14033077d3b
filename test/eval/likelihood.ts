/**
 * How likely the generator thinks the right line: `node dist/test/eval/likelihood.js TASKS --repos DIR [--limit N]
 * [--bundle DIR] [--json]` prints −log p of the tasks' lines, newline included, in nats a line and a token, from the text above
 * alone: no memory, nothing indexed. Finer than exact match, and between bundles of different tokens a line compares
 * where a token does not.
 */
import { startInference } from '../../models/start.js';
import type { Inference } from '../../models/types.js';
import type { ObjectReader } from '../../store/types.js';
import { readGivenTasks } from './givenTasks.js';
import { openBare } from './openBare.js';
import { readPrompt } from './prompt.js';
import { repositoryFolder } from './repositories.js';
import { runAsScript } from './runAsScript.js';
import { markdown } from './table.js';
import type { Task } from './tasks.js';

export interface Likelihood {
  lines: number;
  nats_a_line: number;
  nats_a_token: number;
}

/** Over lines of at most 128 tokens, which are all that the generator scores; `readerOf` opens a task's repository. */
export async function likelihoodOf(inference: Inference, tasks: readonly Task[], readerOf: (repo: string) => Promise<ObjectReader>): Promise<Likelihood> {
  let nats = 0;
  let tokens = 0;
  let lines = 0;
  for (const task of tasks) {
    const { prefix, target } = await readPrompt(await readerOf(task.repo), task, false);
    const { candidates } = await inference.generate({ prefix, suffix: null, maxTokens: 1, stop: 'line', candidates: [target.trimStart()] }, {});
    const [scored] = candidates;
    if (scored === undefined) continue;
    nats -= scored.logProb;
    tokens += scored.tokens + 1;
    lines++;
  }
  return { lines, nats_a_line: nats / lines, nats_a_token: nats / tokens };
}

async function main(): Promise<void> {
  const { tasks, repos, bundle, json } = readGivenTasks('likelihood');
  const readers = new Map<string, Promise<ObjectReader>>();
  const readerOf = (repo: string): Promise<ObjectReader> => {
    if (!readers.has(repo)) readers.set(repo, openBare(repositoryFolder(repos, repo)));
    return readers.get(repo)!;
  };
  const inference = await startInference(bundle, { provider: 'cpu' });
  try {
    const found = await likelihoodOf(inference, tasks, readerOf);
    if (json) console.log(JSON.stringify({ model: inference.modelId, ...found }, null, 2));
    else console.log(markdown(['model', 'lines', 'nats a line', 'nats a token'], [[inference.modelId, String(found.lines), found.nats_a_line.toFixed(3), found.nats_a_token.toFixed(3)]]).join('\n'));
  } finally {
    await inference.close();
    for (const reader of readers.values()) (await reader).close();
  }
}

await runAsScript(import.meta.url, main);
