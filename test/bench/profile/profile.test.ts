/** How samples of a CPU profile become stages and functions. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../daemon/ipc/packageRoot.js';
import { addUp, largest, NATIVE, type CpuProfile } from './cpuProfile.js';
import { profileTables } from './report.js';
import { COMPLETION_STAGES, INDEX_STAGES } from './stages.js';
import { busyIntervals, overlap } from './timeline.js';

const test = suite('bench profile');

const node = (id: number, functionName: string, url: string, children: number[] = []): CpuProfile['nodes'][number] => ({ id, callFrame: { functionName, url, lineNumber: 9 }, children });

/** root → outer (a.js) → inner (b.js) → native code; root → timer (node:); idle and collection. Each sample lasts 1 ms but the last. */
const PROFILE: CpuProfile = {
  nodes: [node(1, '(root)', '', [2, 5, 6, 7]), node(2, 'outer', 'a.js', [3]), node(3, 'inner', 'b.js', [4]), node(4, 'get', ''), node(5, '(idle)', ''), node(6, '(garbage collector)', ''), node(7, 'onTimeout', 'node:timers')],
  startTime: 0,
  samples: [2, 3, 4, 4, 5, 6, 7, 5],
  timeDeltas: [500, 1000, 1000, 1000, 1000, 1000, 1000, 1000],
};
const same = (url: string): string => url;

test('a sample belongs to the first stage that has a file anywhere on its stack', () => {
  const { stages, busy } = addUp(PROFILE, [{ stage: 'second', files: /^b\.js/ }, { stage: 'first', files: /^a\.js/ }], same);
  assert.equal(Object.fromEntries(stages), { first: 1, second: 3, 'garbage collection': 1, [NATIVE]: 1 });
  assert.is(busy, 6);
});

test('what no stage has is told apart from Node itself', () => {
  const { stages } = addUp(PROFILE, [], same);
  assert.equal([stages.get('other'), stages.get(NATIVE)], [4, 1]);
});

test('time in native code is named with the function that called it', () => {
  const { functions } = addUp(PROFILE, [], same);
  assert.equal(largest(functions, 1), [['native get in inner b.js:10', 2]]);
  assert.is(functions.get('outer a.js:10'), 1);
});

test('functions named like those every object has are functions like others', () => {
  const named = (functionName: string): CpuProfile => ({ nodes: [node(1, functionName, 'a.js')], startTime: 0, samples: [1, 1], timeDeltas: [0, 1000] });
  for (const name of ['toString', 'constructor', '__proto__']) assert.equal([...addUp(named(name), [], same).stages], [['other', 1]], name);
});

test('a thread is busy from its first sample that is not idle to the next that is', () => {
  const intervals = busyIntervals(PROFILE).map((each) => each.map((ms) => Number(ms.toFixed(3))));
  assert.equal(intervals, [[0.5, 4.5], [5.5, 7.5]]);
});

test('the time of both threads at once is what their intervals have in common', () => {
  assert.is(overlap([[0, 4], [6, 8]], [[1, 2], [3, 7], [7.5, 9]]), 3.5);
  assert.is(overlap([[0, 1]], []), 0);
});

test('an empty profile has nothing in it', () => {
  assert.equal([...addUp({ nodes: [node(1, '(root)', '')], startTime: 0 }, [], same).stages], []);
});

test('the tables divide by the count and name the calls of native parts by thread', () => {
  const page = profileTables({
    unit: 'a completion', count: 2, wall: 20, stages: [{ stage: 'search', files: /^a\.js/ }], nameOf: same,
    threads: [
      { thread: 'main', profile: PROFILE, calls: [{ what: 'tokens', rows: 4, ms: 6 }] },
      { thread: 'worker', profile: PROFILE, calls: [{ what: 'step', rows: 2, ms: 4 }, { what: 'step', rows: 6, ms: 8 }] },
    ],
  }).join('\n');
  assert.match(page, /2 × a completion, 10\.0 ms each/);
  assert.match(page, /\| both at once +\| 3\.00 +\| 30\.0 %/);
  assert.match(page, /\| neither +\| 7\.00 +\| 70\.0 %/);
  assert.match(page, /\| search +\| 2\.00 +\| 20\.0 %/);
  assert.match(page, /\| tokenising for the main thread +\| 0\.50 +\| 4\.00 +\| 6\.00 +\| 3\.00 +\| 30\.0 %/);
  assert.match(page, /\| graph run: step +\| 1\.00 +\| 4\.00 +\| 6\.00 +\| 6\.00 +\| 60\.0 %/);
});

const FOLDERS = ['daemon/complete', 'daemon/copylane', 'daemon/engine', 'daemon/methods', 'daemon/ipc', 'daemon/chunker', 'daemon/indexer', 'store', 'models/session', 'models/onnx', 'models/fusing', 'models/worker'];

test('every file that a completion or an index runs through belongs to a stage of one of them', () => {
  const files = FOLDERS.flatMap((folder) => readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name)).map((name) => `${folder}/${name.replace(/ts$/, 'js')}`));
  assert.ok(files.length > 80);
  const stages = [...COMPLETION_STAGES, ...INDEX_STAGES];
  assert.equal(files.filter((file) => !stages.some(({ files: own }) => own.test(file))), []);
});

test.run();
