import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import { goldChunks, RARE, readChunkNames, type ChunkNames } from './goldChunks.js';
import { searchInside } from './hierarchyFirst.js';
import { openEvaluation, type Evaluation } from './openEvaluation.js';
import { findChunks, recalls, type Found } from './retrieval.js';
import type { Task } from './tasks.js';
import { makeTinyRepository } from './tinyRepository.js';
import { prepareVisit, visitTasks } from './visitTasks.js';

const test = suite('eval retrieval');
const folder = mkdtempSync(join(tmpdir(), 'hefc-retrieval-'));
const folderOf = (repo: string) => join(folder, repo.replace('/', '+'), 'repo');
let bundle: RandomBundle;
let evaluation: Evaluation;
let tasks: Task[];

test.before(async () => {
  bundle = writeRandomBundle();
  const commit = makeTinyRepository(folder, 'owner/shop');
  // `send(item, basket.owner)` and `self.items.append(item)`.
  tasks = [['shop/order.py', 7], ['shop/basket.py', 7]].map(([path, line], k) => ({ id: `${k}`, repo: 'owner/shop', commit, path: path as string, line: line as number }));
  evaluation = await openEvaluation(bundle.directory, join(folder, 'databases'));
});
test.after(async () => {
  await evaluation?.close();
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const visit = () => prepareVisit(tasks, { folderOf, fim: false, inference: evaluation.inference, open: evaluation.open });

/** Chunks 1, 2, … hold these names; chunk 9 is of the edited file. */
function names(chunks: Record<number, string[]>): ChunkNames {
  const holders = new Map<string, number[]>();
  for (const [id, held] of Object.entries(chunks)) for (const name of held) holders.set(name, [...(holders.get(name) ?? []), Number(id)]);
  return { holders, lines: new Map([['return 1', [1, 9]]]), oidOf: new Map(Object.keys(chunks).map((id) => [Number(id), id === '9' ? 'edited' : 'other'])) };
}

function gold(chunks: Record<number, string[]>, prefix: string, target: string) {
  const { rare, unseen } = goldChunks(names(chunks), { path: 'x.py', oid: 'edited' }, { prefix, suffix: null, target });
  return [[...rare], [...unseen]];
}

test('gold chunks hold the most of the names the line brings in, and are not of the edited file', () => {
  const chunks = { 1: ['alpha', 'beta'], 2: ['alpha'], 3: ['gamma'], 9: ['alpha', 'beta', 'gamma'] };
  assert.equal(gold(chunks, '', 'alpha(beta, gamma)'), [[1], [1]]);
  assert.equal(gold(chunks, '', 'alpha(delta)'), [[1, 2], [1, 2]]);
  assert.equal(gold(chunks, '', 'return 1'), [[], []]);
  assert.equal([...goldChunks(names(chunks), { path: 'x.py', oid: 'edited' }, { prefix: '', suffix: null, target: '  return 1' }).line], [1], 'nor is the line itself');
});

test('a name near the cursor needs no retrieval; one far above counts as rare but not as unseen', () => {
  const chunks = { 1: ['alpha'], 2: ['beta'] };
  const far = `alpha = 1\n${'other = 2\n'.repeat(25)}`;
  assert.equal(gold(chunks, 'alpha = 1\n', 'alpha(beta)'), [[2], [2]]);
  assert.equal(gold(chunks, far, 'alpha'), [[1], []]);
});

test('a name of many chunks is not rare', () => {
  const many = Object.fromEntries(Array.from({ length: RARE + 1 }, (_, k) => [10 + k, ['alpha']]));
  assert.equal(gold(many, '', 'alpha').map((ids) => ids.length), [0, RARE + 1]);
});

test('recall counts tasks that have a gold chunk, in all and by repository', () => {
  const ranks = (merged: number) => ({ lexical: 1, dense: Infinity, hierarchy: 6, alike: 2, merged });
  const found: Found[] = [{ repo: 'a/a', ranks: { rare: ranks(5) } }, { repo: 'b/b', ranks: { rare: ranks(21), unseen: ranks(6) } }, { repo: 'b/b', ranks: {} }];
  const shown = recalls(found).filter(({ n }) => n > 0).map(({ gold: kind, repo, way, n, at }) => `${kind} ${repo} ${way} ${n} ${at[5].recall} ${at[20].recall}`);
  for (const row of ['rare in all lexical 2 1 1', 'rare in all dense 2 0 0', 'rare in all hierarchy 2 0 1', 'rare in all merged 2 0.5 0.5', 'rare b/b merged 1 0 0', 'unseen b/b merged 1 0 1']) assert.ok(shown.includes(row), row);
});

test('on a small repository everything is found within twenty chunks, and nothing of the edited file is gold', async () => {
  const found = await findChunks(await visit());
  assert.is(found.length, 2);
  const [order] = found;
  assert.ok(order!.ranks.rare!.merged <= 5 && order!.ranks.rare!.lexical <= 5, JSON.stringify(found));
  await visitTasks(await visit(), async (task, _, { view, objects }) => {
    const { holders, oidOf } = await readChunkNames(view, objects);
    assert.equal(new Set(oidOf.values()).size, 4);
    assert.ok(holders.get('Basket')!.length >= 3);
    const query = Float32Array.from({ length: 16 }, (__, i) => i - 7);
    const inside = searchInside(view, query, view.searchNodes(query, 16, task.path), 20, task.path);
    assert.ok(inside.length > 0 && inside.every(({ path, kind }) => path !== task.path && kind === 'chunk'));
    assert.equal(inside.map(({ score }) => score), inside.map(({ score }) => score).sort((a, b) => b - a));
  });
});

test.run();
