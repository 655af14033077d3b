import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withTexts } from '../../daemon/complete/context.js';
import { ALL_LEVELS, assembleMemory, type Levels } from '../../daemon/complete/memory.js';
import type { Inference } from '../../models/types.js';
import type { Hit, ObjectReader, TreeView } from '../../store/types.js';

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

test('chunks come with their texts where the model points, and without where a blob cannot be read', async () => {
  const ranges = { ...view, chunkRange: ({ path }: Hit) => ({ oid: path, startByte: 2, endByte: 6 }) } as TreeView;
  const objects = {
    readBlob: async (oid: string) => {
      if (oid === 'f3') throw new Error('damaged');
      return oid === 'f2' ? undefined : Buffer.from(`${oid}é=1\n`);
    },
  } as Partial<ObjectReader> as ObjectReader;
  const memory = assembleMemory(view, [...[1, 2, 3, 4].map(chunk), hits.at(-1)!], 64, SHAPES);
  const texts = async (points: boolean): Promise<(string | undefined)[]> =>
    (await withTexts({ inference: { shapes: { points } } as Inference, view: ranges, objects }, memory)).map(({ text }) => text);
  assert.equal(await texts(true), ['é=1', undefined, undefined, 'é=1', undefined, undefined, undefined]);
  assert.equal(await texts(false), new Array(7).fill(undefined));
});

test.run();
