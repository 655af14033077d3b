import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readManifest, readPart } from '../../models/bundle/read.js';
import { readSafetensors, writeSafetensors } from '../../models/bundle/safetensors.js';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import { EvalError } from './evalError.js';
import { buildVariants, comparePrecisions } from './precision.js';
import type { Outcome } from './report.js';
import { makeTinyRepository } from './tinyRepository.js';

const test = suite('eval precision');
const folder = mkdtempSync(join(tmpdir(), 'hefc-precision-'));
let bundle: RandomBundle;

test.before(() => {
  bundle = writeRandomBundle();
});
test.after(() => {
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('two builds of one bundle differ in the named part alone; only another fuser needs another index', () => {
  const shown = (part: 'generator' | 'fuser' | 'both') =>
    Object.values(buildVariants(bundle.directory, join(folder, part), part)).map((directory) => {
      const { id, precision, parts } = readManifest(directory);
      for (const name of Object.keys(parts)) assert.equal(readPart(directory, readManifest(directory), name), readPart(bundle.directory, bundle.manifest, name));
      return [id, precision.generator, precision.fuser];
    });
  assert.equal(shown('generator'), [['random-tiny', 'float32', 'float32'], ['random-tiny', 'int8', 'float32']]);
  assert.equal(shown('fuser'), [['random-tiny', 'float32', 'float32'], ['random-tiny-fuser-int8', 'float32', 'int8']]);
  assert.equal(shown('both')[1], ['random-tiny-fuser-int8', 'int8', 'int8']);
});

test('weights stored in int8 are refused: no float32 build of them exists', () => {
  const copy = join(folder, 'stored');
  cpSync(bundle.directory, copy, { recursive: true });
  const tensors = readSafetensors(readPart(copy, bundle.manifest, 'generator.safetensors'), 'generator.safetensors');
  const [name, { shape }] = [...tensors][0]!;
  tensors.set(name, { dtype: 'I8', shape, data: new Uint8Array(shape.reduce((product, each) => product * each, 1)) });
  const part = writeSafetensors(tensors);
  writeFileSync(join(copy, 'generator.safetensors'), part);
  const parts = { ...bundle.manifest.parts, 'generator.safetensors': { sha256: createHash('sha256').update(part).digest('hex'), bytes: part.byteLength } };
  writeFileSync(join(copy, 'bundle.json'), JSON.stringify({ ...bundle.manifest, parts }));
  assert.throws(() => buildVariants(copy, join(folder, 'refused'), 'generator'), (error: unknown) => error instanceof EvalError && /stores .* in int8.*float16/.test(error.message));
});

test('differences are those of the same tasks, int8 minus float32', () => {
  const outcomes = (hits: number[]): Outcome[] => (['none', 'hef', 'product'] as const).flatMap((arm) => hits.map((hit, i) => ({ task: `${i}`, repo: 'a/b', language: 'python', arm, em: hit === 1, es: hit, idEm: hit === 1, ms: 1, tokensIn: 1 })));
  const rows = comparePrecisions(outcomes([1, 1, 0, 0]), outcomes([1, 0, 0, 0]));
  assert.equal(rows.map(({ arm, n, em_float32, em_int8, em }) => [arm, n, em_float32, em_int8, em]), ['none', 'hef', 'product'].map((arm) => [arm, 4, 0.5, 0.25, -0.25]));
  assert.ok(rows[0]!.em_ci[0] < -0.25 && rows[0]!.em_ci[1] === 0);
});

test('the script runs both builds on the same tasks', () => {
  const commit = makeTinyRepository(folder, 'owner/shop');
  const tasks = join(folder, 'tasks.jsonl');
  writeFileSync(tasks, [7, 8].map((line, i) => JSON.stringify({ id: `t${i}`, repo: 'owner/shop', commit, path: 'shop/order.py', line })).join('\n'));
  const script = join(fileURLToPath(import.meta.url), '..', 'precision.js');
  const run = (...given: string[]) => spawnSync(process.execPath, [script, ...given], { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') } });
  const { status, stdout, stderr } = run(tasks, '--repos', folder, '--bundle', bundle.directory, '--int8', 'both', '--json');
  assert.is(status, 0, stderr);
  const { model, rows } = JSON.parse(stdout) as { model: string; rows: { arm: string; n: number; es: number }[] };
  assert.equal([model, rows.map(({ arm, n }) => [arm, n])], ['random-tiny', [['none', 2], ['hef', 2], ['product', 2]]]);
  assert.match(run(tasks, '--repos', folder, '--int8', 'all').stderr, /^usage: precision/);
});

test.run();
