import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dequantise, fitRows, meanVector, quantise } from '../../models/fusing/vectors.js';
import { draftByCopying } from '../../models/session/lookup.js';
import { attentionMask } from '../../models/session/generator.js';
import { addPath, emptyTree } from '../../models/session/tree.js';
import { gaussian } from './randomBundle.js';
import { refusal } from './scratch.js';

const vectors = suite('vectors and drafts');

vectors('int8 vectors come back within half a step of their scale, whatever their size', () => {
  const next = gaussian(2);
  for (const size of [1e-6, 1, 1e6]) {
    const memory = Float32Array.from({ length: 3 * 24 }, () => size * next());
    memory.fill(0, 24, 48);
    const stored = quantise(memory, 24, Float32Array.of(1, -1, 0.5));
    assert.equal([...stored.key], [127, -127, 64]);
    assert.is(stored.scales[1], 0);
    const back = dequantise(stored.memory, stored.scales, 24);
    for (const [i, value] of memory.entries()) assert.ok(Math.abs(back[i]! - value) <= 0.5001 * stored.scales[Math.floor(i / 24)]!);
  }
});

vectors('a number that is not finite is refused, never stored', async () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.match(await refusal(() => quantise(Float32Array.of(1, bad), 2, Float32Array.of(1))), /not finite.*hefc model use/);
  }
});

vectors('the mean of a part is that of its dequantised vectors', () => {
  const part = { memory: Int8Array.of(10, 20, -30, 40), scales: Float32Array.of(0.5, 2) };
  assert.equal([...meanVector(part, 2)], [(5 - 60) / 2, (10 + 80) / 2]);
  assert.equal([...meanVector({ memory: new Int8Array(0), scales: new Float32Array(0) }, 2)], [0, 0]);
});

vectors('too many rows are averaged in even consecutive groups, none become one of zeros', () => {
  const rows = Array.from({ length: 7 }, (_, i) => Float32Array.of(i));
  assert.equal(fitRows(rows, 3, 1).map((row) => row[0]), [0.5, 2.5, 5]);
  assert.equal(fitRows(rows, 7, 1), rows);
  assert.equal(fitRows([], 3, 2).map((row) => [...row]), [[0, 0]]);
});

const isText = (row: number): boolean => row >= 10 || (row > 0 && row < 9);

vectors('copying continues the last place that ended alike, sources in order', () => {
  assert.equal(draftByCopying([9, 1, 2], [[1, 2, 3, 1, 2, 4, 5, 6]], 2, 2, isText), [4, 5]);
  assert.equal(draftByCopying([9, 1, 2], [[7, 7], [1, 2, 8]], 4, 2, isText), [8]);
  assert.equal(draftByCopying([9, 1, 2], [[1, 2]], 4, 2, isText), []);
  assert.equal(draftByCopying([2], [[2, 3]], 4, 2, isText), []);
});

vectors('copying ends before a mark or a memory vector, and goes on to an earlier place when nothing is left', () => {
  assert.equal(draftByCopying([1, 2], [[1, 2, 3, 9, 4]], 4, 2, isText), [3]);
  assert.equal(draftByCopying([1, 2], [[1, 2, 3, -1, -2]], 4, 2, isText), [3]);
  assert.equal(draftByCopying([1, 2], [[1, 2, 5, 6, 1, 2, 9, -1, -2]], 4, 2, isText), [5, 6, 1, 2]);
  assert.equal(draftByCopying([1, 2], [[1, 2, 9, -1], [1, 2, -1]], 4, 2, isText), []);
});

vectors('texts that begin alike share nodes, and a node sees its own path only', () => {
  const tree = emptyTree();
  assert.equal([addPath(tree, [1, 2]), addPath(tree, [1, 3]), addPath(tree, [4])], [[0, 1], [0, 2], [3]]);
  assert.equal([tree.parents, tree.depths], [[-1, 0, 0, -1], [1, 2, 2, 1]]);
  const mask = attentionMask(1, 1, tree);
  const open = Array.from({ length: 5 }, (_, row) => Array.from({ length: 6 }, (__, column) => (mask[row * 6 + column] === 0 ? 1 : 0)).join(''));
  assert.equal(open, ['110000', '111000', '111100', '111010', '110001']);
});

vectors.run();
