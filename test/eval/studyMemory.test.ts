import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineRepository } from '../../daemon/engine/types.js';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import { chooseArms, type Arm } from './arms.js';
import { EvalError } from './evalError.js';
import { createHarmfulMemory } from './harmfulMemory.js';
import { openEvaluation, type Evaluation } from './openEvaluation.js';
import type { Outcome } from './report.js';
import { runTasks } from './runTasks.js';
import { besides, ownMemory, vectorsIn, type MemorySource } from './studyMemory.js';
import type { Task } from './tasks.js';
import { FILES, makeTinyRepository } from './tinyRepository.js';

const test = suite('study memory');
const folder = mkdtempSync(join(tmpdir(), 'hefc-study-'));
let bundle: RandomBundle;
let evaluation: Evaluation;
let repository: EngineRepository;
let source: MemorySource;
let tasks: Task[];
const folderOf = (repo: string) => join(folder, repo.replace('/', '+'), 'repo');
const place = { path: 'shop/order.py', prefix: FILES['shop/order.py']!.split('\n').slice(0, 5).join('\n') };

test.before(async () => {
  bundle = writeRandomBundle();
  const commits = ['owner/shop', 'owner/store'].map((repo) => {
    rmSync(join(folder, 'work'), { recursive: true, force: true });
    return [repo, makeTinyRepository(folder, repo)] as const;
  });
  tasks = commits.flatMap(([repo, commit]) => [['shop/order.py', 7], ['shop/basket.py', 7], ['shop/gift.py', 6]].map(([path, line], k) => ({ id: `${repo}/${k}`, repo, commit, path: path as string, line: line as number })));
  evaluation = await openEvaluation(bundle.directory, join(folder, 'databases'));
  repository = await evaluation.open(folderOf('owner/shop'));
  const { root } = await repository.index({});
  source = { inference: evaluation.inference, objects: repository.objects, view: repository.store.openView(root!), places: repository.places };
});
test.after(async () => {
  await repository?.close();
  await evaluation?.close();
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('a budget is kept and a level is alone', async () => {
  const kinds = async (study: Parameters<typeof ownMemory>[2]) => {
    const context = await ownMemory(source, place, study);
    return { vectors: vectorsIn(context), kinds: [...new Set(context.nodes.map(({ hit }) => hit.kind))] };
  };
  assert.equal(await kinds({ kind: 'budget', vectors: 0 }), { vectors: 0, kinds: [] });
  assert.equal((await kinds({ kind: 'budget', vectors: 8 })).vectors, 8);
  assert.equal((await kinds({ kind: 'budget', vectors: 16 })).vectors, vectorsIn(await ownMemory(source, place)), "the bundle's own budget");
  assert.equal((await kinds({ kind: 'level', level: 'leaves' })).kinds, ['chunk']);
  assert.equal((await kinds({ kind: 'level', level: 'files' })).kinds, ['file']);
  assert.equal((await kinds({ kind: 'level', level: 'mean' })).kinds, ['file']);
});

test("means of leaves take the place of the same files' nodes, and are means", async () => {
  const files = await ownMemory(source, place, { kind: 'level', level: 'files' });
  const mean = await ownMemory(source, place, { kind: 'level', level: 'mean' });
  assert.equal(mean.nodes.map(({ hit }) => hit.path), files.nodes.map(({ hit }) => hit.path));
  for (const [at, { hit }] of mean.nodes.entries()) {
    const leaves = source.view.chunksOf(hit.path).flatMap((chunk) => {
      const { memory, scales } = source.view.vectors(chunk);
      return Array.from(scales, (scale, v) => Array.from(memory.subarray(24 * v, 24 * (v + 1)), (value) => value * scale));
    });
    const { memory, scales } = mean.memory[at]!;
    assert.is(scales.length, Math.min(4, leaves.length));
    // Even groups: the mean of all means is near the mean of all leaves where the groups are equal.
    const begin = leaves.slice(0, Math.max(1, Math.floor(leaves.length / scales.length)));
    const expected = begin[0]!.map((_, i) => begin.reduce((sum, leaf) => sum + leaf[i]!, 0) / begin.length);
    expected.forEach((value, i) => assert.ok(Math.abs(memory[i]! * scales[0]! - value) < 1.01 * scales[0]!, `${hit.path} component ${i}`));
  }
});

test('memory of other tasks has as many vectors, and nothing of the edited file', async () => {
  const own = new Map<Task, Awaited<ReturnType<typeof ownMemory>>>();
  for (const task of tasks) own.set(task, await ownMemory(source, { path: task.path, prefix: 'basket = Basket(owner)\nplace_order(' }));
  const harmful = createHarmfulMemory(own);
  const allowed = besides(source.view, 'shop/order.py');
  const task = tasks[0]!;
  assert.ok([...own.values()].some(({ nodes }) => nodes.some(({ hit }) => !allowed(hit))), 'others have memory of the edited file');
  const shuffled = harmful.shuffled(task, source);
  assert.ok(shuffled.nodes.length > 0 && shuffled.nodes.every(({ hit }) => allowed(hit)));
  for (const context of [shuffled, harmful.foreign(task)]) {
    assert.is(vectorsIn(context), vectorsIn(own.get(task)!));
    assert.equal(context.nodes.map(({ vectors }) => vectors), context.memory.map(({ scales }) => scales.length));
  }
});

test('where there is no other repository, or no other file, the arm says so', () => {
  const context = { memory: [], pasted: [], nodes: [], retrieval: undefined };
  const harmful = createHarmfulMemory(new Map([[tasks[0]!, context], [{ ...tasks[0]!, id: 'again' }, context]]));
  assert.throws(() => harmful.foreign(tasks[0]!), (error: unknown) => error instanceof EvalError && /hef-foreign: the tasks are all of one repository/.test(error.message));
  assert.throws(() => harmful.shuffled(tasks[0]!, source), (error: unknown) => error instanceof EvalError && /hef-shuffled: owner\/shop has tasks of one file only/.test(error.message));
});

test('every study runs in one go: no memory is the prompt of none, larger budgets give more vectors', async () => {
  const outcomes = await runTasks(tasks, { folderOf, arms: chooseArms('study'), fim: false, inference: evaluation.inference, open: evaluation.open });
  const of = (arm: Arm): Outcome[] => outcomes.filter((outcome) => outcome.arm === arm);
  const same = ({ task, em, es, tokensIn }: Outcome) => [task, em, es, tokensIn];
  assert.equal(of('hef-0').map(same), of('none').map(same));
  assert.equal(of('hef-16').map(same), of('hef').map(same), "the bundle's own budget is 16");
  const tokens = (arm: Arm) => of(arm).reduce((sum, { tokensIn }) => sum + tokensIn, 0);
  assert.equal([tokens('hef-8') - tokens('none'), tokens('hef-16') - tokens('none')], [8 * tasks.length, 16 * tasks.length]);
  assert.ok(tokens('hef-32') > tokens('hef-16'), 'beyond the budget of the bundle');
  assert.is(tokens('hef-foreign'), tokens('hef'));
  // So small a repository has hardly enough that is not of the edited file.
  assert.ok(tokens('hef-shuffled') > tokens('hef-8') && tokens('hef-shuffled') <= tokens('hef'));
});

test.run();
