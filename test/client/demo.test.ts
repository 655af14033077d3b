/** `npm start` in a fresh clone, in an unpacked archive, and in a copy inside another repository. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEMO_PLACES, findPlace } from '../../client/demoPlaces.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { bundleDirectory } from '../bundle.js';
import { ENVIRONMENT } from '../hooks/repository.js';
import type { Ran } from './command.js';

const test = suite('client: demonstration');
let outer: string;
let copy: string;
let environment: NodeJS.ProcessEnv;

const demo = (): Ran => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(copy, 'dist/client/demo.js')], { cwd: copy, env: environment, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const git = (cwd: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync('git', args, { cwd, env: ENVIRONMENT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};

test.before(() => {
  outer = realpathSync(mkdtempSync(path.join(tmpdir(), 'hefc-demo-')));
  copy = path.join(outer, 'clone');
  environment = { ...ENVIRONMENT, HEFC_HOME: path.join(outer, 'home'), HEFC_MODEL: bundleDirectory };
  for (const name of readdirSync(packageRoot())) {
    if (name !== '.git' && name !== 'node_modules') cpSync(path.join(packageRoot(), name), path.join(copy, name), { recursive: true });
  }
  symlinkSync(path.join(packageRoot(), 'node_modules'), path.join(copy, 'node_modules'));
});
test.after(() => {
  spawnSync(process.execPath, [path.join(copy, 'dist/client/hefc.cjs'), 'daemon', 'stop'], { env: environment });
  rmSync(outer, { recursive: true, force: true, maxRetries: 5 });
});

test('every place it may complete stands in the source', () => {
  for (const place of DEMO_PLACES) {
    const found = findPlace(place, readFileSync(path.join(packageRoot(), place.file), 'utf8'));
    assert.ok(found !== undefined, place.file);
    assert.not.ok(found.text.includes(place.prefix + place.expected), 'the answer is cut out of the buffer');
  }
});

test('an unpacked archive without .git is told what is missing', () => {
  const ran = demo();
  assert.is(ran.status, 4);
  assert.match(ran.stderr, /^hefc: [^\n]*no \.git folder[^\n]* init\n$/);
});

test('a copy inside another repository does not touch that one', () => {
  git(outer, 'init', '-q');
  const ran = demo();
  rmSync(path.join(outer, '.git/hefc'), { recursive: true, force: true });
  assert.is(ran.status, 4);
  assert.match(ran.stderr, /inside another repository/);
  rmSync(path.join(outer, '.git'), { recursive: true });
});

test('a clone is indexed, completed and explained, and no hook is installed', () => {
  git(copy, 'init', '-q');
  git(copy, 'add', '.');
  git(copy, 'commit', '-q', '-m', 'all');
  const ran = demo();
  assert.is(ran.status, 0, ran.stderr);
  const place = DEMO_PLACES[0];
  assert.match(ran.stdout, `${place?.file}, line `);
  assert.match(ran.stdout, `the real line   ${place?.expected}`);
  assert.match(ran.stdout, /[1-9]\d* memory vectors went into the prompt, fused from these nodes:\n +\d/);
  assert.match(ran.stdout, /\d+ ms: retrieve \d+, prefill \d+, decode \d+/);
  assert.match(ran.stdout, /npm link/);
  assert.not.ok(existsSync(path.join(copy, '.git/hooks/post-commit')));
});

test.run();
