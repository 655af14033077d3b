/**
 * Draws tasks from bare repositories: `node dist/test/eval/sampleTasks.js --repos DIR --per-repo N [--seed S]
 * [owner/name…]` prints one pointer a line. Without names it takes every `owner+name/repo` of the folder. A line is
 * drawn at random among those of source files that are not blank, not a comment and have a word and five characters
 * or more; the same seed and commits draw the same lines.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { ObjectReader } from '../../store/types.js';
import { EvalError } from './evalError.js';
import { openBare } from './openBare.js';
import { seededRandom } from './random.js';
import { repositoryFolder } from './repositories.js';
import type { Task } from './tasks.js';

const SOURCE = /\.(py|tsx?|mts|cts|jsx?|mjs|cjs)$/;
/** Other people's code and machine-made text inside a repository. */
const LEFT_OUT = /(^|\/)(node_modules|vendor|third_party|dist|build|\.yarn)\/|\.min\.|\.d\.ts$/;
const MAX_BYTES = 200_000;

export function isTaskLine(line: string): boolean {
  const text = line.trim();
  return text.length >= 5 && /[\p{L}_]{2}/u.test(text) && !/^(#|\/\/|\/\*|\*|"""|''')/.test(text);
}

/** Draws up to `count` lines of the repository's HEAD, no line twice. */
export async function sampleTasks(objects: ObjectReader, repo: string, count: number, seed: number): Promise<Task[]> {
  const { commit, tree } = await objects.rootTree('HEAD');
  const files = (await sourceFiles(objects, tree, '')).sort((a, b) => (a.path < b.path ? -1 : 1));
  const random = seededRandom(seed);
  const drawn = new Map<string, Task>();
  for (let tries = 0; tries < 20 * count && drawn.size < count && files.length > 0; tries++) {
    const file = files[Math.floor(random() * files.length)]!;
    const blob = await objects.readBlob(file.oid);
    if (blob === undefined || blob.length > MAX_BYTES) continue;
    const lines = blob.toString('utf8').split('\n');
    const line = Math.floor(random() * lines.length);
    if (!isTaskLine(lines[line]!)) continue;
    drawn.set(`${file.path}:${line}`, { id: '', repo, commit, path: file.path, line: line + 1 });
  }
  return [...drawn.values()].map((task, index) => ({ ...task, id: `${repo}/${index}` }));
}

async function sourceFiles(objects: ObjectReader, tree: string, folder: string): Promise<{ path: string; oid: string }[]> {
  const files: { path: string; oid: string }[] = [];
  for (const entry of await objects.readTree(tree)) {
    const path = folder + entry.name;
    if (LEFT_OUT.test(entry.kind === 'tree' ? `${path}/` : path)) continue;
    if (entry.kind === 'tree') files.push(...(await sourceFiles(objects, entry.oid, `${path}/`)));
    else if (entry.kind === 'blob' && SOURCE.test(entry.name)) files.push({ path, oid: entry.oid });
  }
  return files;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { repos: { type: 'string' }, 'per-repo': { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  });
  const repos = values.repos;
  if (repos === undefined) throw new EvalError('usage: sampleTasks --repos DIR --per-repo N [--seed S] [owner/name…]');
  const names = positionals.length > 0 ? positionals : readdirSync(repos).filter((name) => name.includes('+')).map((name) => name.replace('+', '/')).sort();
  for (const name of names) {
    const objects = await openBare(repositoryFolder(repos, name));
    try {
      for (const task of await sampleTasks(objects, name, Number(values['per-repo']), Number(values.seed))) console.log(JSON.stringify(task));
    } finally {
      objects.close();
    }
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
