import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import type { Report } from './report.js';
import type { TaskDetails } from './runTasks.js';
import { makeTinyRepository } from './tinyRepository.js';

const test = suite('hefc eval');
const folder = mkdtempSync(join(tmpdir(), 'hefc-eval-'));
const tasks = join(folder, 'tasks.jsonl');
const details = join(folder, 'details.jsonl');
let bundle: RandomBundle;

test.before(() => {
  bundle = writeRandomBundle();
  const commit = makeTinyRepository(folder, 'owner/shop');
  // The line stands in gift.py too, after the same lines; the next one stands nowhere else.
  const places = [['shop/order.py', 7], ['shop/basket.py', 7]] as const;
  writeFileSync(tasks, places.map(([path, line], i) => JSON.stringify({ id: `t${i}`, repo: 'owner/shop', commit, path, line })).join('\n'));
});
test.after(() => {
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function evaluate(...given: string[]) {
  const main = join(fileURLToPath(import.meta.url), '..', 'main.js');
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  return spawnSync(process.execPath, [main, ...given], { encoding: 'utf8', env });
}

function withoutTimes(report: Report): Report {
  const arms = [report.arms, ...Object.values(report.by_repo), ...Object.values(report.by_language)].flatMap((each) => Object.values(each));
  for (const arm of arms) Object.assign(arm, { p50_ms: 0, p95_ms: 0 });
  return report;
}

let first: Report;

test('every arm is run on every task and printed under the names programs read', () => {
  const { status, stdout, stderr } = evaluate(tasks, '--repos', folder, '--bundle', bundle.directory, '--json', '--details', details);
  assert.is(status, 0, stderr);
  first = JSON.parse(stdout) as Report;
  assert.equal([first.tasks, first.mode, first.model], [2, 'left', bundle.manifest.id]);
  assert.equal(Object.keys(first.arms), ['none', 'snippet-512', 'snippet-2048', 'iterative', 'hef', 'copy', 'product']);
  for (const arm of Object.values(first.arms)) {
    assert.equal(Object.keys(arm), ['n', 'em', 'em_ci', 'es', 'es_ci', 'id_em', 'id_em_ci', 'improved', 'worsened', 'p50_ms', 'p95_ms', 'tokens_in']);
    assert.is(arm.n, 2);
    assert.ok(arm.p50_ms > 0 && arm.p50_ms <= arm.p95_ms);
  }
  assert.equal(first.by_repo['owner/shop'], first.arms);
  assert.equal(first.by_language['python'], first.arms);
  assert.equal(first.paired.map(({ arm, against }) => `${arm} ${against}`), [...Object.keys(first.arms).slice(1).map((arm) => `${arm} none`), 'hef snippet-512', 'hef snippet-2048', 'product copy']);
});

test('the copy lane alone finds the line that stands elsewhere after the same lines', () => {
  const lines = readFileSync(details, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as TaskDetails);
  assert.equal(lines.map(({ id, arms }) => [id, arms.copy?.em]), [['t0', true], ['t1', false]]);
  assert.ok(lines[0]!.choice!.copyRight);
});

test('pasted text and memory reach the prompt of their arms only', () => {
  const { none, hef, copy } = first.arms;
  assert.is(copy!.tokens_in, 0);
  assert.ok(hef!.tokens_in > none!.tokens_in);
  assert.ok(first.arms['snippet-512']!.tokens_in > none!.tokens_in);
});

test('the details hold no text of the repository', () => {
  assert.not.match(readFileSync(details, 'utf8'), /basket\.(items|owner)|append/);
});

test('a second run gives the same figures from the index it finds', () => {
  const { stdout } = evaluate(tasks, '--repos', folder, '--bundle', bundle.directory, '--json');
  assert.equal(withoutTimes(JSON.parse(stdout) as Report), withoutTimes(first));
});

test('the bare repository is left as it was: the database lies in the cache', () => {
  assert.not(existsSync(join(folder, 'owner+shop', 'repo', 'hefc')));
  assert.is(readdirSync(join(folder, 'cache', 'hefc', 'eval')).length, 1);
});

test('filling in the middle, a limit and a choice of arms are honoured, and --out keeps the JSON beside the table', () => {
  const out = join(folder, 'out.json');
  const { status, stdout } = evaluate(tasks, '--repos', folder, '--bundle', bundle.directory, '--fim', '--limit', '1', '--context', 'none,copy', '--out', out);
  assert.is(status, 0);
  assert.match(stdout, /1 tasks, fill in the middle/);
  const report = JSON.parse(readFileSync(out, 'utf8')) as Report;
  assert.equal([report.mode, Object.keys(report.arms)], ['fim', ['none', 'copy']]);
});

test('bad input is refused in one line with exit code 2', () => {
  const bare = join(folder, 'bad.jsonl');
  writeFileSync(bare, JSON.stringify({ id: 't', repo: 'owner/none', commit: 'a'.repeat(40), path: 'x.py', line: 1 }));
  const refused: [string[], RegExp][] = [
    [[], /usage: hefc eval/],
    [[tasks], /usage: hefc eval/],
    [[tasks, '--repos', folder, '--no-such'], /--no-such.*usage/],
    [[tasks, '--repos', folder, '--limit', '0'], /--limit/],
    [[tasks, '--repos', folder, '--limit', '5x'], /--limit/],
    [[tasks, '--repos', folder, '--cross-file'], /belong to --sample/],
    [['--sample', '0'], /--sample: 0/],
    [[tasks, '--sample', '5'], /draws its own lines/],
    [[tasks, '--repos', folder, '--out', join(folder, 'none', 'out.json')], /cannot be written \(ENOENT\)/],
    [[tasks, '--repos', folder, '--context', 'all'], /no arm is called all/],
    [[tasks, '--repos', folder, '--bundle', folder], /bundle\.json/],
    [[bare, '--repos', folder, '--bundle', bundle.directory], /owner\/none: no bare repository/],
  ];
  for (const [given, expected] of refused) {
    const { status, stderr } = evaluate(...given);
    assert.is(status, 2, given.join(' '));
    assert.match(stderr, expected);
    assert.is(stderr.trim().split('\n').length, 1, stderr);
  }
});

test.run();
