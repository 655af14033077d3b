import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import { ownTasks } from './ownRepository.js';
import { refusal } from './refusal.js';
import type { Report } from './report.js';
import { makeTinyRepository } from './tinyRepository.js';

const test = suite('hefc eval --sample');
const folder = mkdtempSync(join(tmpdir(), 'hefc-sample-'));
const work = join(folder, 'work');
const bare = join(folder, 'owner+shop', 'repo');
let bundle: RandomBundle;

test.before(() => {
  bundle = writeRandomBundle();
  makeTinyRepository(folder, 'owner/shop');
});
test.after(() => {
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function evaluate(cwd: string, ...given: string[]) {
  const main = join(fileURLToPath(import.meta.url), '..', 'main.js');
  const own = join(folder, 'tmp');
  mkdirSync(own, { recursive: true });
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: own };
  return spawnSync(process.execPath, [main, ...given, '--bundle', bundle.directory], { encoding: 'utf8', cwd, env });
}

test('the same lines are drawn from the work tree, a folder in it and a bare clone', async () => {
  const { tasks, folder: root } = await ownTasks(work, 6, 4, false);
  assert.equal([tasks.length, tasks[0]!.repo, root], [6, 'work', work]);
  const places = (drawn: typeof tasks) => drawn.map(({ path, line }) => `${path}:${line}`);
  assert.equal(places((await ownTasks(join(work, 'shop'), 6, 4, false)).tasks), places(tasks));
  const fromBare = (await ownTasks(bare, 6, 4, false)).tasks;
  assert.equal([places(fromBare), fromBare[0]!.repo], [places(tasks), 'repo']);
  assert.not.equal(places((await ownTasks(work, 6, 5, false)).tasks), places(tasks));
});

test('--cross-file draws the lines that first use an imported name, and no others', async () => {
  const { tasks } = await ownTasks(work, 2, 1, true);
  // Line 4 of both is `def place_order(basket: Basket):`.
  assert.equal(tasks.map(({ path, line }) => `${path}:${line}`).sort(), ['shop/gift.py:4', 'shop/order.py:4']);
  assert.match(await refusal(() => ownTasks(work, 3, 1, true)), /^--sample 3: HEAD gave only 2 .*imported.*; ask for 2 or fewer$/);
});

test('too few lines, no commit and no repository are refused in one line, with the fix', async () => {
  assert.match(await refusal(() => ownTasks(work, 400, 1, false)), /gave only 17 lines.*ask for 17 or fewer/);
  const empty = join(folder, 'empty');
  execFileSync('git', ['init', '--quiet', empty]);
  assert.match(await refusal(() => ownTasks(empty, 5, 1, false)), /empty has no commit yet; commit something/);
  writeFileSync(join(empty, 'notes.txt'), 'import nothing\n');
  execFileSync('git', ['add', '.'], { cwd: empty });
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '--quiet', '--message', 'Notes'], { cwd: empty });
  assert.match(await refusal(() => ownTasks(empty, 5, 1, false)), /HEAD has no lines of committed Python/);
  const plain = join(folder, 'plain');
  mkdirSync(plain);
  assert.match(await refusal(() => ownTasks(plain, 5, 1, false)), /plain is not in a Git repository: run git init/);
});

test('a shallow clone has all that is needed', async () => {
  const shallow = join(folder, 'shallow');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${bare}`, shallow]);
  assert.is((await ownTasks(shallow, 6, 4, false)).tasks.length, 6);
});

test('the table comes from the repository around the current folder, twice the same, and nothing is left behind', () => {
  const runs = [1, 2].map(() => evaluate(join(work, 'shop'), '--sample', '3', '--context', 'none,copy', '--json'));
  for (const { status, stderr } of runs) assert.is(status, 0, stderr);
  const [first, second] = runs.map(({ stdout }) => JSON.parse(stdout) as Report);
  assert.equal([first!.tasks, Object.keys(first!.by_repo), Object.keys(first!.arms)], [3, ['work'], ['none', 'copy']]);
  assert.equal([first!.arms.copy?.em, first!.arms.none?.es], [second!.arms.copy?.em, second!.arms.none?.es]);
  assert.equal(readdirSync(join(folder, 'tmp')), []);
  assert.not(readdirSync(folder).includes('cache'));
  assert.not(readdirSync(join(work, '.git')).includes('hefc'));
});

test('--repo names another repository, and the report for people has its parts', () => {
  const { status, stdout, stderr } = evaluate(folder, '--sample', '2', '--cross-file', '--repo', bare, '--context', 'none,hef,copy');
  assert.is(status, 0, stderr);
  for (const part of [/^2 tasks, left context only/, /\| arm +\| n +\| EM +\| 95 % +\| ES /, /\| all +\| hef − none +\| 2 /, /\| python +\| copy /, /\| repo +\| copy /]) assert.match(stdout, part);
});

test('outside a repository the command says so, with exit code 2', () => {
  const { status, stderr } = evaluate(join(folder, 'plain'), '--sample', '2');
  assert.is(status, 2);
  assert.match(stderr, /^hefc eval: .*plain is not in a Git repository.*\n$/);
});

test.run();
