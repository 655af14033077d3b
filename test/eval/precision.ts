/**
 * What int8 products cost: `node dist/test/eval/precision.js TASKS --repos DIR [--limit N] [--bundle DIR]
 * [--int8 generator|fuser|both] [--fim] [--json]` runs the same tasks through two builds of one bundle, all float32 and
 * with int8 in the named part, and prints the differences task by task. Both are built from the bundle's own weights,
 * which must be float (float16 as shipped); the graphs quantise when they are built. Only the CPU has int8 products.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest, readPart } from '../../models/bundle/read.js';
import type { Manifest, Precision } from '../../models/bundle/manifest.js';
import { readSafetensors } from '../../models/bundle/safetensors.js';
import { chooseArms } from './arms.js';
import { EvalError } from './evalError.js';
import { bundleFolder, openEvaluation } from './openEvaluation.js';
import { differenceOf, type Gain } from './paired.js';
import { progressLine } from './progressLine.js';
import type { Outcome } from './report.js';
import { repositoryFolder } from './repositories.js';
import { runAsScript } from './runAsScript.js';
import { runTasks, type RunOptions } from './runTasks.js';
import { scratchFolder } from './scratch.js';
import { markdown } from './table.js';
import { readTasks, spreadTasks, type Task } from './tasks.js';

const USAGE = 'usage: precision TASKS --repos DIR [--limit N] [--bundle DIR] [--int8 generator|fuser|both] [--fim] [--json]';
const ARMS = chooseArms('none,hef,product');

export type Int8Part = 'generator' | 'fuser' | 'both';

/** int8 minus float32 of one arm. */
export interface PrecisionRow extends Gain {
  arm: string;
  em_float32: number;
  em_int8: number;
}

/**
 * Writes the bundle once more with other products. Builds that fuse alike keep one id and so one index.
 * Throws EvalError when the weights are stored in int8 already: then there is no float32 build to compare with.
 */
export function buildVariant(bundle: string, folder: string, precision: Manifest['precision']): string {
  const manifest = readManifest(bundle);
  const written = JSON.parse(readFileSync(join(bundle, 'bundle.json'), 'utf8')) as object;
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(manifest.parts)) {
    const part = readPart(bundle, manifest, name);
    const stored = name.endsWith('.safetensors') ? [...readSafetensors(part, name)].find(([, { dtype }]) => dtype === 'I8') : undefined;
    if (stored !== undefined) throw new EvalError(`${bundle}: ${name} stores ${stored[0]} in int8, so no float32 build of it exists; export the bundle with float16 weights`);
    writeFileSync(join(folder, name), part);
  }
  const id = precision.fuser === manifest.precision.fuser ? manifest.id : `${manifest.id}-fuser-${precision.fuser}`;
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify({ ...written, id, precision }));
  return folder;
}

/** The two builds of a bundle, below a folder. */
export function buildVariants(bundle: string, folder: string, part: Int8Part): Record<Precision, string> {
  const int8 = { generator: part === 'fuser' ? 'float32' : 'int8', fuser: part === 'generator' ? 'float32' : 'int8' } as const;
  return {
    float32: buildVariant(bundle, join(folder, 'float32'), { generator: 'float32', fuser: 'float32' }),
    int8: buildVariant(bundle, join(folder, 'int8'), int8),
  };
}

export function comparePrecisions(float32: readonly Outcome[], int8: readonly Outcome[]): PrecisionRow[] {
  const em = (outcomes: readonly Outcome[]) => outcomes.filter((outcome) => outcome.em).length / outcomes.length;
  return ARMS.map((arm) => {
    const [a, b] = [int8, float32].map((outcomes) => outcomes.filter((outcome) => outcome.arm === arm)) as [Outcome[], Outcome[]];
    return { arm, em_float32: em(b), em_int8: em(a), ...differenceOf(a, b) };
  });
}

async function outcomesOf(bundle: string, precision: Precision, tasks: readonly Task[], options: Pick<RunOptions, 'folderOf' | 'fim'>): Promise<Outcome[]> {
  const line = progressLine();
  const evaluation = await openEvaluation(bundle);
  try {
    const { provider } = evaluation.inference.device();
    if (provider !== 'cpu') throw new EvalError(`int8 products run on the CPU only, and this machine uses ${provider}; set "provider" to "cpu" in config.json`);
    const outcomes = await runTasks(tasks, {
      ...options,
      arms: ARMS,
      inference: evaluation.inference,
      open: evaluation.open,
      onIndex: (repo, progress) => line.show(`${precision}, ${repo}: indexing, ${progress.phase} ${progress.filesDone}/${progress.files} files`),
      onTask: (done, all, task) => line.show(`${precision}, ${task.repo}: ${done}/${all} tasks`),
    });
    line.end();
    return outcomes;
  } finally {
    await evaluation.close();
  }
}

function table(rows: readonly PrecisionRow[], what: string): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  const range = ([lo, hi]: [number, number]) => `${percent(lo)} … ${percent(hi)}`;
  return [
    what,
    '',
    ...markdown(
      ['arm', 'n', 'EM float32', 'EM int8', 'EM int8 − float32', '95 %', 'ES int8 − float32', '95 %'],
      rows.map(({ arm, n, em_float32, em_int8, em, em_ci, es, es_ci }) => [arm, String(n), percent(em_float32), percent(em_int8), percent(em), range(em_ci), percent(es), range(es_ci)]),
    ),
  ].join('\n');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { repos: { type: 'string' }, limit: { type: 'string' }, bundle: { type: 'string' }, int8: { type: 'string', default: 'generator' }, fim: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const [file, ...more] = positionals;
  const { repos, int8: part } = values;
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (file === undefined || more.length > 0 || repos === undefined || !(limit >= 1) || (part !== 'generator' && part !== 'fuser' && part !== 'both')) throw new EvalError(USAGE);
  const tasks = spreadTasks(readTasks(file), limit);
  const bundle = bundleFolder(values.bundle);
  const builds = buildVariants(bundle, scratchFolder(), part);
  const options = { folderOf: (repo: string) => repositoryFolder(repos, repo), fim: values.fim };
  const rows = comparePrecisions(await outcomesOf(builds.float32, 'float32', tasks, options), await outcomesOf(builds.int8, 'int8', tasks, options));
  const what = `${tasks.length} tasks, ${values.fim ? 'fill in the middle' : 'left context only'}, model ${readManifest(bundle).id}; int8 in ${part === 'both' ? 'generator and fuser' : `the ${part}`}, both builds of its float16 or float32 weights`;
  console.log(values.json ? JSON.stringify({ model: readManifest(bundle).id, int8: part, rows }, null, 2) : table(rows, what));
}

await runAsScript(import.meta.url, main);
