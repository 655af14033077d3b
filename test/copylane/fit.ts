/**
 * Fits the copy lane's chooser: `node dist/test/copylane/fit.js REPOS [--write] [--ablate] [--tasks TASKS.jsonl] [--samples FOLDER]`.
 *
 * REPOS holds bare repositories `owner+name/repo`. Lines are sampled from the training repositories below at their HEAD
 * (sampleLines.ts), and the network learns to tell the right candidate of each (trainNetwork.ts). The held-out
 * repositories are only reported on, with the calibration of the best candidate's score in ten bins. `--write` replaces
 * daemon/copylane/weights.ts. `--ablate` fits once more without each source, and reports those. `--tasks` names lines,
 * {repo, commit, path, line} each, that are reported on by repository and never fitted on. `--samples` keeps the judged
 * lines in a folder, and takes them from there if it has them: of use while only the fit is worked on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FEATURES, type FeatureName } from '../../daemon/copylane/features.js';
import { openCommit, repositoryFolder, type LineTask } from './replay.js';
import { judgeSample, judgeTasks, type Judged } from './sampleLines.js';
import { judge, trainNetwork, type Network, type Request } from './trainNetwork.js';

const FITTED = [
  'pydantic/pydantic', 'pytest-dev/pytest', 'celery/celery', 'pallets/click', 'psf/requests', 'scrapy/scrapy', 'agronholm/anyio', 'falconry/falcon',
  'vuejs/core', 'mobxjs/mobx', 'reduxjs/redux', 'vuejs/router', 'kysely-org/kysely', 'statelyai/xstate', 'pallets/werkzeug', 'aio-libs/aiohttp',
  'reduxjs/reselect', 'socketio/socket.io', 'sanic-org/sanic', 'urllib3/urllib3', 'tornadoweb/tornado', 'pallets/jinja', 'huggingface/peft',
  'fastify/fastify', 'sindresorhus/got', 'TanStack/table', 'coleifer/peewee', 'taskforcesh/bullmq', 'python-trio/trio', 'encode/django-rest-framework',
];
const HELD_OUT = ['Textualize/textual', 'axios/axios', 'rollup/rollup', 'vitejs/vite'];
const LINES_FITTED = 250;
const LINES_HELD_OUT = 400;
const HIDDEN = 32;
const EPOCHS = 25;
const EPOCHS_ABLATED = 12;
const BINS = 10;

interface Task extends Request {
  midLine: boolean;
  fillIn: boolean;
}

/** What a variant lacks: candidates that only this source makes, and its features. */
const ABLATIONS: readonly { name: string; made?: FeatureName; features: RegExp }[] = [
  { name: 'without series', made: 'seriesOnly', features: /^series/ },
  { name: 'without composed lines', made: 'composedOnly', features: /^composed/ },
  { name: 'without the cache model', made: 'composedOnly', features: /^composed|^lm|^belowBestLm$/ },
  { name: 'old sources only', features: /^composed|^lm|^belowBestLm$|^series/ },
];

const column = (name: FeatureName): number => FEATURES.indexOf(name);

function ablated(tasks: readonly Task[], { name, made, features }: (typeof ABLATIONS)[number]): Task[] {
  const off = FEATURES.map((feature) => features.test(feature));
  const gone = name.startsWith('old') ? [column('seriesOnly'), column('composedOnly')] : made ? [column(made)] : [];
  return tasks.map((task) => {
    const kept = task.rows.map((_, k) => k).filter((k) => !gone.some((f) => task.rows[k]![f]! > 0));
    return { ...task, rows: kept.map((k) => task.rows[k]!.map((value, f) => (off[f] ? 0 : value))), right: kept.map((k) => task.right[k]!) };
  });
}

function report(name: string, tasks: readonly Task[], network: Network): void {
  let exact = 0;
  let among = 0;
  let all = 0;
  let expected = 0;
  for (const { rows, right } of tasks) {
    const ranked = rank(network, rows);
    expected += ranked[0]?.chance ?? 0;
    if (ranked[0] && right[ranked[0].k]) exact++;
    if (ranked.slice(0, 8).some(({ k }) => right[k])) among++;
    if (right.some(Boolean)) all++;
  }
  const percent = (part: number): string => ((100 * part) / tasks.length).toFixed(1).padStart(7);
  console.log(`${name.padEnd(44)}${String(tasks.length).padStart(6)} EM${percent(exact)}  among 8${percent(among)}  among all${percent(all)}  expected${percent(expected)}`);
}

function rank(network: Network, rows: readonly Float32Array[]): { k: number; chance: number }[] {
  return judge(network, rows).map((chance, k) => ({ k, chance })).sort((a, b) => b.chance - a.chance);
}

function reportAll(name: string, tasks: readonly Task[], network: Network): void {
  report(`${name}: start of line, left only`, tasks.filter((task) => !task.midLine && !task.fillIn), network);
  report(`${name}: mid-line`, tasks.filter((task) => task.midLine), network);
  report(`${name}: fill-in`, tasks.filter((task) => task.fillIn), network);
}

function reportOthers(network: Network, without?: (typeof ABLATIONS)[number]): void {
  for (const [name, tasks] of others.size > 0 ? [...others, ['all given tasks', [...others.values()].flat()] as const] : []) report(name, without ? ablated(tasks, without) : tasks, network);
}

function calibration(tasks: readonly Task[], network: Network): void {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, right: 0, said: 0 }));
  for (const { rows, right } of tasks) {
    const best = rank(network, rows)[0];
    if (!best) continue;
    const bin = bins[Math.min(BINS - 1, Math.floor(best.chance * BINS))]!;
    bin.count++;
    bin.said += best.chance;
    if (right[best.k]) bin.right++;
  }
  console.log('calibration of the best candidate: score, requests, mean score, share right');
  bins.forEach(({ count, right, said }, k) => {
    if (count > 0) console.log(`  ${(k / BINS).toFixed(1)}–${((k + 1) / BINS).toFixed(1)}${String(count).padStart(7)}${(said / count).toFixed(2).padStart(7)}${(right / count).toFixed(2).padStart(7)}`);
  });
}

function folderOf(name: string): string {
  const folder = repositoryFolder(repos!, name);
  if (!existsSync(folder)) throw new Error(`${folder} is missing: clone ${name} there, bare`);
  return folder;
}

async function sample(name: string, seed: number, lines: number): Promise<Task[]> {
  const commit = spawnSync('git', ['-C', folderOf(name), 'rev-parse', 'HEAD']).stdout.toString().trim();
  return rowsOf(await judgeSample(await openCommit(folderOf(name), commit), seed, lines));
}

async function given(name: string, tasks: readonly (LineTask & { commit: string })[]): Promise<Task[]> {
  const judged: Judged[] = [];
  for (const commit of new Set(tasks.map((task) => task.commit))) {
    judged.push(...(await judgeTasks(await openCommit(folderOf(name), commit), tasks.filter((task) => task.commit === commit))));
  }
  return rowsOf(judged);
}

function rowsOf(judged: readonly Judged[]): Task[] {
  return judged.map(({ candidates, midLine, fillIn }) => ({
    midLine, fillIn, right: candidates.map((one) => one.right), rows: candidates.map((one) => Float32Array.from(FEATURES, (feature) => one.features[feature])),
  }));
}

/** A repository's tasks from the folder of samples, or made and put there: rows of the features and 1 or 0 for right. */
async function kept(name: string, make: () => Promise<Task[]>): Promise<Task[]> {
  if (flags.samples === undefined) return make();
  const file = join(flags.samples, name.replace('/', '+'));
  if (!existsSync(`${file}.json`)) {
    const tasks = await make();
    writeFileSync(`${file}.rows`, new Uint8Array(Float32Array.from(tasks.flatMap(({ rows, right }) => rows.flatMap((row, k) => [...row, right[k] ? 1 : 0]))).buffer));
    writeFileSync(`${file}.json`, JSON.stringify({ features: FEATURES, tasks: tasks.map(({ midLine, fillIn, rows }) => ({ midLine, fillIn, count: rows.length })) }));
    return tasks;
  }
  const { features, tasks } = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as { features: string[]; tasks: { midLine: boolean; fillIn: boolean; count: number }[] };
  if (features.join() !== FEATURES.join()) throw new Error(`${file}.json was made with other features: delete it`);
  const values = new Float32Array(new Uint8Array(readFileSync(`${file}.rows`)).buffer);
  const width = FEATURES.length + 1;
  let at = 0;
  return tasks.map(({ midLine, fillIn, count }) => {
    const all = Array.from({ length: count }, (_, k) => values.subarray((at + k) * width, (at + k + 1) * width));
    at += count;
    return { midLine, fillIn, rows: all.map((row) => row.subarray(0, width - 1)), right: all.map((row) => row[width - 1] === 1) };
  });
}

const rounded = (values: Iterable<number>): string => `[${Array.from(values, (value) => Number(value.toFixed(4))).join(', ')}]`;

const { values: flags, positionals: [repos] } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' }, ablate: { type: 'boolean' }, tasks: { type: 'string' }, samples: { type: 'string' } } });
if (!repos) {
  console.error('usage: node dist/test/copylane/fit.js REPOS [--write] [--ablate] [--tasks TASKS.jsonl] [--samples FOLDER]');
  process.exit(2);
}
const byRepository = new Map<string, Task[]>();
for (const [list, lines] of [[FITTED, LINES_FITTED], [HELD_OUT, LINES_HELD_OUT]] as const) {
  for (const [k, name] of list.entries()) byRepository.set(name, await kept(name, () => sample(name, k + 1, lines)));
}
const others = new Map<string, Task[]>();
if (flags.tasks !== undefined) {
  const tasks = readFileSync(flags.tasks, 'utf8').split('\n').filter(Boolean).map((row) => JSON.parse(row) as LineTask & { repo: string; commit: string });
  for (const name of new Set(tasks.map((task) => task.repo))) others.set(name, await kept(`tasks ${name}`, () => given(name, tasks.filter((task) => task.repo === name))));
}
const fitted = FITTED.flatMap((name) => byRepository.get(name)!);
const held = HELD_OUT.flatMap((name) => byRepository.get(name)!);
const network = trainNetwork(fitted, FEATURES.length, { hidden: HIDDEN, epochs: EPOCHS });
for (const [name, tasks] of byRepository) report(`${name}${HELD_OUT.includes(name) ? ' (held out)' : ''}`, tasks, network);
reportAll('fitted', fitted, network);
reportAll('held out', held, network);
reportOthers(network);
calibration(held, network);
if (flags.ablate) {
  for (const variant of [{ name: 'all sources', features: /^$/ }, ...ABLATIONS]) {
    const fittedWithout = ablated(fitted, variant);
    const without = trainNetwork(fittedWithout, FEATURES.length, { hidden: HIDDEN, epochs: EPOCHS_ABLATED });
    console.log(`${variant.name} (${EPOCHS_ABLATED} epochs)`);
    reportAll('fitted', fittedWithout, without);
    reportAll('held out', ablated(held, variant), without);
    reportOthers(without, variant);
  }
}
const text = `/** Fitted by test/copylane/fit.ts on lines of ${FITTED.length} public repositories; see there. Do not tune by hand. */
import type { FeatureName } from './features.js';

export const HIDDEN_BIAS: readonly number[] = ${rounded(network.hiddenBias)};
export const OUTPUT: readonly number[] = ${rounded(network.output)};
export const OUTPUT_BIAS = ${network.outputBias.toFixed(4)};
/** Of each feature, to the hidden units. */
export const WEIGHTS: Readonly<Record<FeatureName, readonly number[]>> = {
${FEATURES.map((name, f) => `  ${name}: ${rounded(network.input.subarray(f * HIDDEN, (f + 1) * HIDDEN))},`).join('\n')}
};
`;
if (flags.write) writeFileSync(join('daemon', 'copylane', 'weights.ts'), text);
