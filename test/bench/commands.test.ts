/** The commands of `hefc bench` that measure for hours, each for seconds on a tiny repository. No time is judged. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import type { SizePoint } from './growth/chunkGrowth.js';
import type { CommitPoint } from './growth/commitGrowth.js';
import type { SourcePoint } from './growth/sourceGrowth.js';
import type { Recording } from './profile/recorder.js';
import type { Sample } from './typing/report.js';

const test = suite('bench commands');
const folder = mkdtempSync(join(tmpdir(), 'hefc-bench-'));
const repo = join(folder, 'shop');
const json = join(folder, 'out.json');
let bundle: RandomBundle;

const moduleText = (name: string, extra = ''): string =>
  Array.from({ length: 12 }, (_, at) => `def ${name}_step_${at}(basket, owner):\n    total_${at} = basket.price(owner, ${at})\n    return ${name}_check(total_${at})\n`).join('\n') + extra;

test.before(() => {
  bundle = writeRandomBundle();
  mkdirSync(repo);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repo });
  git('init', '--quiet');
  for (const round of [0, 1]) {
    for (const name of ['basket', 'order', 'gift', 'owner']) writeFileSync(join(repo, `${name}.py`), moduleText(name, round === 0 ? '' : `\n\nlast = 1\nnext_of = last + 1\n`));
    git('add', '.');
    git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '--quiet', '--message', `Round ${round}`);
  }
});
test.after(() => {
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function bench(...given: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(packageRoot(), 'dist', 'test', 'bench', 'main.js'), ...given], { encoding: 'utf8', env: { ...process.env, HEFC_MODEL: bundle.directory } });
  assert.is(status, 0, stderr);
  assert.not.match(stdout, folder);
  return stdout;
}

const read = <T>(): T => JSON.parse(readFileSync(json, 'utf8')) as T;

test('growth measures all three parts and writes their points', () => {
  const page = bench('growth', '--repo', repo, '--sizes', '60', '--files-touched', '1,2,99', '--slices', '0.5,1', '--rounds', '2', '--json', json);
  for (const title of ['# Growth', '## Indexing against the source', '## Against the number of chunks', '## A commit against the files it touches']) assert.match(page, title);
  const { source, chunks, commits } = read<{ source: SourcePoint[]; chunks: SizePoint[]; commits: CommitPoint[] }>();
  assert.equal(source.map(({ files }) => files), [2, 4]);
  assert.ok(source[0]!.source_mb < source[1]!.source_mb);
  assert.ok(chunks[0]!.chunks >= 60);
  for (const { completion, search, recall_16 } of chunks) assert.ok(completion.p50 > 0 && search.p50 > 0 && recall_16 > 0 && recall_16 <= 1);
  // There are no 99 files to touch.
  assert.equal(commits.map(({ files }) => files), [1, 2]);
  for (const { files, nodes } of commits) assert.is(nodes, files + 1);
});

test('profile records both threads of the daemon, in completions and in an index', () => {
  const page = bench('profile', '--repo', repo, '--rounds', '2', '--json', json);
  for (const part of ['## A completion', '## A batch of indexing', 'graph run: prompt', 'graph runs (ONNX Runtime)', 'tokenising for the worker thread']) assert.match(page, part);
  const { completions, index } = read<Record<'completions' | 'index', { threads: Recording[] }>>();
  for (const { threads } of [completions, index]) {
    assert.equal(threads.map(({ thread }) => thread), ['main', 'worker']);
    for (const { profile } of threads) assert.ok(profile.samples!.length > 0);
  }
  const prompts = completions.threads[1]!.calls.filter(({ what }) => what === 'prompt');
  assert.ok(prompts.length >= 2);
});

test('typing types, commits and samples until its time is over', () => {
  const page = bench('typing', '--repo', repo, '--minutes', '0.1', '--keys-per-second', '40', '--sample-seconds', '1', '--json', json);
  assert.match(page, /\| keys, each a request +\| [1-9]/);
  const { lines, samples } = read<{ lines: number; commits: number; samples: Sample[] }>();
  assert.ok(lines > 0 && samples.length >= 2);
});

test('arguments that make no sense are refused by name, before anything is cloned', () => {
  const cases: [string[], RegExp][] = [
    [['growth', '--sizes', 'many'], /--sizes takes positive numbers/],
    [['growth', '--only', 'everything'], /--only takes some of/],
    [['profile', '--rounds', '0'], /--rounds takes a positive number/],
    [['typing', '--minutes', 'x'], /--minutes takes a positive number/],
    [['typing', '--repo', folder], /is not a repository/],
    [['growth', '--fast'], /usage: hefc bench/],
  ];
  for (const [given, complaint] of cases) {
    const { status, stderr } = spawnSync(process.execPath, [join(packageRoot(), 'dist', 'test', 'bench', 'main.js'), ...given], { encoding: 'utf8' });
    assert.is(status, 2);
    assert.match(stderr, complaint);
  }
});

test.run();
