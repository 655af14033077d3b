/**
 * Fits the copy lane's chooser: `node dist/test/copylane/fit.js REPOS [--write]`.
 *
 * REPOS holds bare repositories `owner+name/repo`. Lines are sampled from the training repositories below at their HEAD
 * (non-blank, no comment, two tokens at least; one in five with the cursor in mid-line, one in three with what follows), every candidate of each is one
 * observation, and the logistic weights follow by Newton's method with an L2 penalty. The held-out repositories are only
 * reported on. `--write` replaces daemon/copylane/weights.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobLines } from '../../daemon/copylane/blobLines.js';
import { FEATURES } from '../../daemon/copylane/features.js';
import { judgeAll } from '../../daemon/copylane/propose.js';
import { scanLine } from '../../daemon/copylane/scanLine.js';
import { firstLine, openCommit, promptOf, repositoryFolder, type OpenedCommit } from './replay.js';

const FITTED = [
  'pydantic/pydantic', 'pytest-dev/pytest', 'celery/celery', 'pallets/click', 'psf/requests', 'scrapy/scrapy', 'agronholm/anyio', 'falconry/falcon',
  'vuejs/core', 'mobxjs/mobx', 'typestack/class-validator', 'reduxjs/redux', 'TanStack/form', 'vuejs/router', 'kysely-org/kysely', 'statelyai/xstate',
];
const HELD_OUT = ['pallets/werkzeug', 'aio-libs/aiohttp', 'reduxjs/reselect', 'socketio/socket.io'];
const LINES_A_REPOSITORY = 300;
const LINES_A_FILE = 5;
const MID_LINE_EVERY = 5;
const PENALTY = 3;
const FILL_IN_EVERY = 3;

interface Task {
  candidates: { values: Float64Array; right: boolean }[];
  midLine: boolean;
  fillIn: boolean;
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

async function sample(opened: OpenedCommit, seed: number): Promise<Task[]> {
  const next = random(seed);
  const lines: { path: string; line: number; target: string }[] = [];
  for (const path of opened.sources) {
    opened.text(path)!.split('\n').forEach((text, i) => {
      const target = text.trim();
      if (target !== '' && !/^(?:\/\/|\/\*|\*|#|""")/.test(target) && scanLine(target).length >= 2) lines.push({ path, line: i + 1, target });
    });
  }
  const blobs = new BlobLines(opened.read);
  const taken = new Map<string, number>();
  const tasks: Task[] = [];
  for (let tries = 0; tasks.length < LINES_A_REPOSITORY && tries < 20 * LINES_A_REPOSITORY; tries++) {
    const { path, line, target } = lines[Math.floor(next() * lines.length)]!;
    if ((taken.get(path) ?? 0) >= LINES_A_FILE) continue;
    taken.set(path, (taken.get(path) ?? 0) + 1);
    const midLine = tasks.length % MID_LINE_EVERY === 0 && target.length > 6;
    const prompt = promptOf(opened.text(path)!, line, midLine ? 2 + Math.floor(next() * (target.length - 5)) : 0);
    const fillIn = tasks.length % FILL_IN_EVERY === 1;
    const judged = await judgeAll(opened.index, blobs, { prefix: prompt.prefix, suffix: fillIn ? prompt.suffix : null, path });
    tasks.push({
      midLine,
      fillIn,
      candidates: judged.map((one) => ({ values: Float64Array.from(FEATURES, (name) => one.features[name]), right: firstLine(one.text) === prompt.target })),
    });
  }
  return tasks;
}

/** Newton's method; the bias, at the end, is not penalised. */
function fit(rows: readonly { values: Float64Array; right: boolean }[]): Float64Array {
  const size = rows[0]!.values.length + 1;
  const weights = new Float64Array(size);
  for (let round = 0; round < 12; round++) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, () => new Float64Array(size));
    for (const { values, right } of rows) {
      const p = chance(weights, values);
      for (let i = 0; i < size; i++) {
        const x = i < values.length ? values[i]! : 1;
        if (x === 0) continue;
        gradient[i]! += x * ((right ? 1 : 0) - p);
        const scaled = x * p * (1 - p);
        const row = hessian[i]!;
        for (let j = 0; j <= i; j++) row[j]! += scaled * (j < values.length ? values[j]! : 1);
      }
    }
    for (let i = 0; i < size; i++) {
      const penalty = i < size - 1 ? PENALTY : 1e-6;
      gradient[i]! -= penalty * weights[i]!;
      hessian[i]![i]! += penalty;
      for (let j = i + 1; j < size; j++) hessian[i]![j] = hessian[j]![i]!;
    }
    const step = solve(hessian, gradient);
    for (let i = 0; i < size; i++) weights[i]! += step[i]!;
  }
  return weights;
}

/**
 * Scales and shifts the log-odds so that they hold for each request's best candidate, the one that is shown: of all
 * candidates taken alike, the best is likelier than its own features say. The order of candidates stays.
 */
function calibrated(weights: Float64Array, tasks: readonly Task[]): Float64Array {
  const firsts = tasks.flatMap(({ candidates }) => {
    const odds = candidates.map((one) => ({ values: Float64Array.of(logit(weights, one.values)), right: one.right }));
    return odds.length > 0 ? [odds.reduce((best, one) => (one.values[0]! > best.values[0]! ? one : best))] : [];
  });
  const line = fit(firsts);
  const [scale, shift] = [line[0]!, line[1]!];
  return weights.map((weight, i) => scale * weight + (i === weights.length - 1 ? shift : 0));
}

/** Gaussian elimination; the matrix is positive definite. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const rows = matrix.map((row, i) => Float64Array.of(...row, right[i]!));
  for (let i = 0; i < size; i++) {
    for (let k = i + 1; k < size; k++) {
      const factor = rows[k]![i]! / rows[i]![i]!;
      if (factor !== 0) for (let j = i; j <= size; j++) rows[k]![j]! -= factor * rows[i]![j]!;
    }
  }
  const solution = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let sum = rows[i]![size]!;
    for (let j = i + 1; j < size; j++) sum -= rows[i]![j]! * solution[j]!;
    solution[i] = sum / rows[i]![i]!;
  }
  return solution;
}

function logit(weights: Float64Array, values: Float64Array): number {
  let sum = weights[values.length]!;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}

function chance(weights: Float64Array, values: Float64Array): number {
  return 1 / (1 + Math.exp(-logit(weights, values)));
}

function report(name: string, tasks: readonly Task[], weights: Float64Array): void {
  let exact = 0;
  let among = 0;
  let all = 0;
  let expected = 0;
  for (const { candidates } of tasks) {
    const ranked = candidates.map((one) => ({ ...one, p: chance(weights, one.values) })).sort((a, b) => b.p - a.p);
    expected += ranked[0]?.p ?? 0;
    if (ranked[0]?.right) exact++;
    if (ranked.slice(0, 8).some((one) => one.right)) among++;
    if (ranked.some((one) => one.right)) all++;
  }
  const percent = (part: number): string => ((100 * part) / tasks.length).toFixed(1).padStart(7);
  console.log(`${name.padEnd(34)}${String(tasks.length).padStart(6)} EM${percent(exact)}  among 8${percent(among)}  among all${percent(all)}  expected${percent(expected)}`);
}

const [repos, write] = process.argv.slice(2);
if (!repos) {
  console.error('usage: node dist/test/copylane/fit.js REPOS [--write]');
  process.exit(2);
}
const byRepository = new Map<string, Task[]>();
for (const [k, name] of [...FITTED, ...HELD_OUT].entries()) {
  const folder = repositoryFolder(repos, name);
  if (!existsSync(folder)) throw new Error(`${folder} is missing: clone ${name} there, bare`);
  const commit = spawnSync('git', ['-C', folder, 'rev-parse', 'HEAD']).stdout.toString().trim();
  byRepository.set(name, await sample(openCommit(folder, commit), k + 1));
}
const fitted = FITTED.flatMap((name) => byRepository.get(name)!);
const weights = calibrated(fit(fitted.flatMap((task) => task.candidates)), fitted);
for (const [name, tasks] of byRepository) report(name, tasks, weights);
const held = HELD_OUT.flatMap((name) => byRepository.get(name)!);
for (const [name, tasks] of [['fitted', fitted], ['held out', held]] as const) {
  report(`${name}: start of line, left only`, tasks.filter((task) => !task.midLine && !task.fillIn), weights);
  report(`${name}: mid-line`, tasks.filter((task) => task.midLine), weights);
  report(`${name}: fill-in`, tasks.filter((task) => task.fillIn), weights);
}
const text = `/** Fitted by test/copylane/fit.ts on lines of ${FITTED.length} public repositories; see there. Do not tune by hand. */
import type { FeatureName } from './features.js';

export const BIAS = ${weights[FEATURES.length]!.toFixed(4)};
export const WEIGHTS: Readonly<Record<FeatureName, number>> = {
${FEATURES.map((name, i) => `  ${name}: ${weights[i]!.toFixed(4)},`).join('\n')}
};
`;
if (write === '--write') writeFileSync(join('daemon', 'copylane', 'weights.ts'), text);
else console.log(text);
