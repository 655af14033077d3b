import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALL_LEVELS, assembleMemory, type Levels } from '../../daemon/complete/memory.js';
import type { Hit, TreeView } from '../../store/types.js';

const test = suite('memory');
const SHAPES = { fileVectors: 4, directoryVectors: 2 };

/** A view of which only files and vectors are asked: eight vectors a chunk, four a file, two a directory. */
const view = {
  file: (path: string) => ({ path, oid: path, language: 'python', id: Number(path.slice(1)) }),
  vectors: ({ kind }: Hit) => {
    const count = { chunk: 8, file: 4, directory: 2 }[kind];
    return { memory: new Int8Array(count * 3), scales: new Float32Array(count), key: new Int8Array(2) };
  },
} as Partial<TreeView> as TreeView;

const chunk = (id: number): Hit => ({ kind: 'chunk', id, path: `f${id}`, score: 1 / id });
const hits: Hit[] = [...Array.from({ length: 20 }, (_, k) => chunk(k + 1)), { kind: 'directory', id: 1, path: 'd', score: 0.01 }];

/** What entered, as `kind vectors`. */
function entered(budget: number, levels: Levels = ALL_LEVELS): string[] {
  const { vectors, nodes } = assembleMemory(view, hits, budget, SHAPES, levels);
  assert.equal(vectors.map(({ scales, memory }) => [scales.length, memory.length]), nodes.map((node) => [node.vectors, 3 * node.vectors]));
  return nodes.map(({ hit, vectors: count }) => `${hit.kind} ${count}`);
}

const leaves = (count: number) => Array.from({ length: count }, () => 'chunk 8');
const NODES = ['file 4', 'file 4', 'directory 2'];

test('the leaves of the best chunks come first, then the nodes of their files, then the directory', () => {
  assert.equal(entered(64), [...leaves(6), 'chunk 6', ...NODES]);
});

test('no budget is exceeded, and a small one is shared between leaves and nodes', () => {
  assert.equal(entered(0), []);
  assert.equal(entered(8), ['chunk 4', 'file 4']);
  assert.equal(entered(16), [...leaves(1), 'file 4', 'file 4']);
  assert.equal(entered(32), [...leaves(2), 'chunk 6', ...NODES]);
});

test('a budget beyond eight chunks takes more chunks', () => {
  assert.equal(entered(128), [...leaves(14), 'chunk 6', ...NODES]);
});

test('a level that is left out leaves its room to the others', () => {
  assert.equal(entered(64, { leaves: true, files: false, directories: false }), leaves(8));
  assert.equal(entered(64, { leaves: false, files: true, directories: false }), ['file 4', 'file 4']);
});

test.run();
