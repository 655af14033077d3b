/** The parts of `hefc bench growth` that take no time: fits, copies of a project, a filled store, recall. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openStore } from '../../../store/open.js';
import type { FusedVectors } from '../../../store/types.js';
import { seededRandom } from '../../eval/random.js';
import { numberList, shown } from '../numbers.js';
import { growthOf, slope } from '../slope.js';
import { copiesOf, nearKey } from './copies.js';
import { fill } from './fill.js';
import type { Project } from './project.js';
import { exactScan, keepBest } from './recall.js';
import { recallAt } from '../../eval/recallAt.js';
import { commonNames, renamed } from './renaming.js';
import { commitTables, verdict } from './tables.js';

const test = suite('bench growth');
const folder = mkdtempSync(join(tmpdir(), 'hefc-growth-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const near = (actual: number, wanted: number): void => assert.ok(Math.abs(actual - wanted) < 1e-9, `${actual} instead of ${wanted}`);

test('the exponent of a power is found, in all and between each two points', () => {
  const { overall, segments } = growthOf([1, 10, 100].map((x) => ({ x, y: 3 * x ** 1.5 })));
  near(overall, 1.5);
  assert.equal(segments.map(({ from, to }) => [from, to]), [[1, 10], [10, 100]]);
  for (const { exponent } of segments) near(exponent, 1.5);
});

test('where a curve bends the segments differ, and the order of the points does not count', () => {
  const { segments } = growthOf([{ x: 1000, y: 500 }, { x: 10, y: 5 }, { x: 100, y: 5 }]);
  near(segments[0]!.exponent, 0);
  near(segments[1]!.exponent, 2);
});

test('points without a logarithm are left out, and of one point there is no slope', () => {
  const { overall, segments } = growthOf([{ x: 10, y: 0 }, { x: 100, y: 5 }]);
  assert.ok(Number.isNaN(overall));
  assert.equal(segments, []);
  assert.ok(Number.isNaN(slope([{ x: 1, y: 1 }, { x: 1, y: 2 }])));
});

test('a list of numbers comes back ascending, each once, and what is no number is refused by the name of its option', () => {
  assert.equal(numberList('sizes', '100,10,100,1e3'), [10, 100, 1000]);
  for (const bad of ['', '10,x', '0', '-5']) assert.throws(() => numberList('sizes', bad), /--sizes takes positive numbers/);
});

test('numbers are shown with three digits or more, and what was not measured as a dash', () => {
  assert.equal([1.234, 12.34, 1234, null, undefined, NaN].map(shown), ['1.23', '12.3', '1,234', '–', '–', '–']);
});

test('recall is the share of the nearest that a search found, by score', () => {
  const exact = [0.9, 0.8, 0.7, 0.6];
  near(recallAt(4, exact, [0.9, 0.8, 0.7, 0.6]), 1);
  near(recallAt(4, exact, [0.9, 0.7, 0.5, 0.4]), 0.5);
  near(recallAt(2, exact, [0.8, 0.7, 0.6]), 0.5);
  // Another chunk with the same key is as near.
  near(recallAt(2, [0.9, 0.8, 0.8], [0.9, 0.8]), 1);
  near(recallAt(16, [0.9], [0.9, 0.1]), 1);
  near(recallAt(16, [], []), 1);
});

test('the best scores are kept in their order', () => {
  const best = { scores: [] as number[], count: 3 };
  for (const score of [0.1, 0.5, 0.3, 0.4, 0.2, 0.5]) keepBest(best, score);
  assert.equal(best.scores, [0.5, 0.5, 0.4]);
});

test('a copy keeps the names that many files use and changes most others, and copy 0 is the text itself', () => {
  const texts = Array.from({ length: 6 }, (_, at) => `import shared\nlocal_${'abcdef'[at]} = shared(other_${at})\n`);
  const common = commonNames(texts);
  assert.equal([...common].sort(), ['import', 'shared']);
  assert.is(renamed(texts[0]!, 0, common), texts[0]);
  const copy = renamed(texts[0]!, 1000, common);
  assert.match(copy, /^import shared\nlocal_a\w* = shared\(other_0\w*\)\n$/);
  assert.is(renamed(texts[0]!, 1000, common), copy);
});

test('half of the names are new in every copy, and the rest is shared by ever more of them', () => {
  const names = Array.from({ length: 2000 }, (_, at) => `name_${at}`);
  const changed = (one: number, other: number): number => names.filter((name) => renamed(name, one, new Set()) !== renamed(name, other, new Set())).length / names.length;
  assert.ok(Math.abs(changed(2, 3) - 0.5) < 0.05);
  assert.ok(Math.abs(changed(4, 6) - 0.75) < 0.05);
});

test('a key is moved along the difference of two others and stays a unit vector of int8', () => {
  const moved = nearKey(Int8Array.of(127, 0, 0, 0), [Int8Array.of(0, 127, 0, 0), Int8Array.of(0, 0, 127, 0)], 0.5);
  assert.equal([...moved], [104, 52, -52, 0]);
  assert.equal([...nearKey(Int8Array.of(0, 127), [Int8Array.of(5, 5), Int8Array.of(5, 5)], 1)], [0, 127]);
});

const SHAPES = { memoryDim: 8, keyDim: 32 };

function madeUpProject(): Project {
  const random = seededRandom(1);
  const vectors = (count: number): FusedVectors => ({ memory: new Int8Array(count * SHAPES.memoryDim).fill(1), scales: new Float32Array(count).fill(0.1), key: Int8Array.from({ length: SHAPES.keyDim }, () => Math.floor(random() * 255) - 127) });
  const files = Array.from({ length: 5 }, (_, at) => ({
    path: at < 3 ? `shop/file${at}.py` : `file${at}.py`,
    language: 'python',
    text: `def function_${at}(größe):\n    return größe\n\n\nvalue_${at} = function_${at}(1)\nlast = 1`,
    chunks: [{ startLine: 0, endLine: 4, vectors: vectors(2) }, { startLine: 4, endLine: 6, vectors: vectors(1) }],
    file: vectors(4),
  }));
  return { files, chunks: 10, store: { modelId: 'made-up', chunkerId: 'made-up', shapes: SHAPES } };
}

test('a store is filled with as many chunks as asked for, and filled further without doing anything twice', async () => {
  const project = madeUpProject();
  const copies = copiesOf(project);
  const options = { directory: join(folder, 'filled'), ...project.store };
  const small = await fill(options, copies, 14, () => undefined);
  const large = await fill(options, copies, 31, () => undefined);
  assert.equal([small.chunks, small.files, large.chunks, large.files], [14, 7, 32, 16]);
  const store = openStore(options);
  const views = [small, large].map(({ root }) => store.openView(root));
  assert.equal(views.map((view) => view.chunkCount()), [14, 32]);
  assert.is(store.stats().chunks, 32);
  assert.equal(views[1]!.files().map(({ path }) => path).filter((path) => path.startsWith('project3/')), ['project3/shop/file0.py']);
  // Ranges are those of the copy's own text.
  const [, second] = views[1]!.chunksOf('project2/file4.py');
  const { oid, startByte, endByte } = views[1]!.chunkRange(second!);
  assert.match(Buffer.from(copies.textOf(oid)!).subarray(startByte, endByte).toString(), /^value_4\w* = function_4\w*\(1\)\nlast = 1$/);
  store.close();
});

test('a search that looks at everything finds what the exact scan does', async () => {
  const project = madeUpProject();
  const copies = copiesOf(project);
  const options = { directory: join(folder, 'recall'), ...project.store };
  const { root } = await fill(options, copies, 60, () => undefined);
  const store = openStore(options);
  const view = store.openView(root);
  const random = seededRandom(3);
  const queries = Array.from({ length: 4 }, () => ({ vector: Float32Array.from({ length: SHAPES.keyDim }, () => random() - 0.5), excluded: new Set(view.chunksOf('project1/file3.py').map(({ id }) => id)) }));
  const exact = exactScan(store.path, queries, 16);
  for (const [at, { vector }] of queries.entries()) {
    assert.is(exact[at]!.length, 16);
    near(recallAt(16, exact[at]!, view.searchChunks(vector, 16, 'project1/file3.py').map(({ score }) => score)), 1);
  }
  store.close();
});

test('a budget is judged at its own size alone, the least recall at any', () => {
  const point = (chunks: number, p50: number, recall: number) => ({ chunks, search: { p50, p95: p50 }, recall_16: recall, recall_48: 1 });
  assert.is(verdict(point(10_000, 500, 0.95)), 'met');
  assert.is(verdict(point(100_010, 15, 1)), 'met');
  assert.is(verdict(point(100_010, 16, 1)), 'NOT MET: searches ≤ 15 ms');
  assert.is(verdict(point(1_000_000, 41, 0.9)), 'NOT MET: searches ≤ 40 ms, recall ≥ 0.95');
});

test('tables say how each curve grows from point to point', () => {
  const lines = commitTables([{ files: 1, ms: 100, chunks: 10, nodes: 3 }, { files: 10, ms: 1000, chunks: 100, nodes: 3 }]);
  assert.match(lines.join('\n'), /\| to fused +\| 1\.00 +\| 1\.00/);
  assert.match(lines.join('\n'), /\| nodes +\| 0\.00 +\| 0\.00/);
  assert.not.match(commitTables([{ files: 1, ms: 100, chunks: 10, nodes: 3 }]).join('\n'), 'Exponent');
});

test.run();
