/**
 * Draws tasks from bare repositories: `node dist/test/eval/sampleTasks.js --repos DIR --per-repo N [--seed S]
 * [--cross-file] [owner/name…]` prints one pointer a line. Without names it takes every `owner+name/repo` of the folder.
 * A line is drawn at random among those of source files that are not blank, not a comment and have a word and five
 * characters or more; with `--cross-file` among those of them that use, for the first time in their file, a name
 * imported from another file of the repository. The same seed and commits draw the same lines.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ObjectReader } from '../../store/types.js';
import { openFirstUses } from './crossfile/firstUses.js';
import { EvalError } from './evalError.js';
import { openBare } from './openBare.js';
import { seededRandom } from './random.js';
import { repositoryFolder } from './repositories.js';
import { runAsScript } from './runAsScript.js';
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
export async function sampleTasks(objects: ObjectReader, repo: string, count: number, seed: number, crossFile = false): Promise<Task[]> {
  const { commit, tree } = await objects.rootTree('HEAD');
  const all = (await filesBelow(objects, tree, '')).sort((a, b) => (a.path < b.path ? -1 : 1));
  const files = all.filter(({ path }) => SOURCE.test(path));
  const random = seededRandom(seed);
  const drawn = crossFile ? await drawFirstUses(objects, all, files, count, random) : await drawLines(objects, files, count, random);
  return drawn.map(({ path, line }, index) => ({ id: `${repo}/${index}`, repo, commit, path, line: line + 1 }));
}

interface TreeFile {
  path: string;
  oid: string;
}

/** A line of a file, 0-based. */
interface Place {
  path: string;
  line: number;
}

async function linesOf(objects: ObjectReader, file: TreeFile): Promise<string[]> {
  const blob = await objects.readBlob(file.oid);
  return blob === undefined || blob.length > MAX_BYTES ? [] : blob.toString('utf8').split('\n');
}

/** A file at random, then a line of it at random, until there are enough. */
async function drawLines(objects: ObjectReader, files: readonly TreeFile[], count: number, random: () => number): Promise<Place[]> {
  const drawn = new Map<string, Place>();
  for (let tries = 0; tries < 20 * count && drawn.size < count && files.length > 0; tries++) {
    const { path, oid } = files[Math.floor(random() * files.length)]!;
    const lines = await linesOf(objects, { path, oid });
    if (lines.length === 0) continue;
    const line = Math.floor(random() * lines.length);
    if (isTaskLine(lines[line]!)) drawn.set(`${path}:${line}`, { path, line });
  }
  return [...drawn.values()];
}

/**
 * Goes round the files in a random order and takes one of each file's first uses at random, until there are enough: so
 * a few files with many imports do not make up the sample, and no more files are parsed than needed.
 */
async function drawFirstUses(objects: ObjectReader, all: readonly TreeFile[], files: readonly TreeFile[], count: number, random: () => number): Promise<Place[]> {
  const firstUses = await openFirstUses(objects, all);
  let waiting: { file: TreeFile; lines: number[] | undefined }[] = shuffled(files, random).map((file) => ({ file, lines: undefined }));
  const drawn: Place[] = [];
  while (waiting.length > 0) {
    for (const each of waiting) {
      if (drawn.length === count) return drawn;
      if (each.lines === undefined) {
        const lines = await linesOf(objects, each.file);
        each.lines = (await firstUses(each.file.path, lines.join('\n'))).filter((line) => isTaskLine(lines[line]!));
      }
      const [line] = each.lines.splice(Math.floor(random() * each.lines.length), 1);
      if (line !== undefined) drawn.push({ path: each.file.path, line });
    }
    waiting = waiting.filter(({ lines }) => lines!.length > 0);
  }
  return drawn;
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

async function filesBelow(objects: ObjectReader, tree: string, folder: string): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  for (const entry of await objects.readTree(tree)) {
    const path = folder + entry.name;
    if (LEFT_OUT.test(entry.kind === 'tree' ? `${path}/` : path)) continue;
    if (entry.kind === 'tree') files.push(...(await filesBelow(objects, entry.oid, `${path}/`)));
    else if (entry.kind === 'blob') files.push({ path, oid: entry.oid });
  }
  return files;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { repos: { type: 'string' }, 'per-repo': { type: 'string', default: '100' }, seed: { type: 'string', default: '1' }, 'cross-file': { type: 'boolean', default: false } },
  });
  const repos = values.repos;
  if (repos === undefined) throw new EvalError('usage: sampleTasks --repos DIR --per-repo N [--seed S] [--cross-file] [owner/name…]');
  const names = positionals.length > 0 ? positionals : readdirSync(repos).filter((name) => name.includes('+')).map((name) => name.replace('+', '/')).sort();
  for (const name of names) {
    const objects = await openBare(repositoryFolder(repos, name));
    try {
      for (const task of await sampleTasks(objects, name, Number(values['per-repo']), Number(values.seed), values['cross-file'])) console.log(JSON.stringify(task));
    } finally {
      objects.close();
    }
  }
}

await runAsScript(import.meta.url, main);
