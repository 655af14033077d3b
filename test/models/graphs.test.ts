import { Tensor, type InferenceSession } from '../../models/onnx/runtime.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GeneratorShape } from '../../models/bundle/manifest.js';
import { weightsOf } from '../../models/bundle/read.js';
import { buildFuser } from '../../models/onnx/fuser.js';
import { buildGenerator } from '../../models/onnx/generator.js';
import { buildNodeFuser } from '../../models/onnx/nodeFuser.js';
import { openSession } from '../../models/onnx/session.js';
import { gaussian, randomFuser, randomGenerator, tinyFuserShape, tinyGeneratorShape } from './randomBundle.js';
import { logSoftmax, referenceFuse, referenceLogits, referenceNode } from './reference.js';

const graphs = suite('graphs');
const vocab = 40;
const fuser = randomFuser(tinyFuserShape, vocab, 3);
const settings = { provider: 'cpu', threads: 1 };

function int64(values: number[], shape: number[] = [values.length]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
}

function largestDifference(left: ArrayLike<number>, right: number[]): number {
  assert.is(left.length, right.length);
  return right.reduce((worst, value, i) => Math.max(worst, Math.abs(value - left[i]!)), 0);
}

function causal(rows: number, past: number): Tensor {
  const mask = new Float32Array(rows * (past + rows));
  for (let t = 0; t < rows; t++) for (let s = past + t + 1; s < past + rows; s++) mask[t * (past + rows) + s] = -3e4;
  return new Tensor('float32', mask, [rows, past + rows]);
}

async function generatorOutputs(session: InferenceSession, shape: GeneratorShape, memoryDim: number): Promise<{ logProbs: number[]; expectedInput: { ids: number[]; memory: number[][]; order: number[]; positions: number[] } }> {
  const next = gaussian(5);
  const memory = Array.from({ length: 3 }, () => Array.from({ length: memoryDim }, next).map(Math.fround));
  const ids = [9, 30, 2, 17, 21, 4];
  const order = [0, 1, 2, 6, 7, 8, 3, 4, 5];
  const positions = [0, 1, 2, 3, 4, 5, 6, 7, 90];
  const kv = shape.layers * 2 * shape.kvHeads * shape.headDim;
  const half = { order: order.slice(0, 4), positions: positions.slice(0, 4) };
  const feeds = { ids: int64(ids), memory: new Tensor('float32', Float32Array.from(memory.flat()), [3, memoryDim]) };
  const first = await session.run({ ...feeds, order: int64(half.order), positions: int64(half.positions), mask: causal(4, 0), past: new Tensor('float32', new Float32Array(0), [0, kv]), want: int64([0, 1, 2, 3]) });
  assert.equal(first['fresh']!.dims, [4, kv]);
  const second = await session.run({ ...feeds, order: int64(order.slice(4)), positions: int64(positions.slice(4)), mask: causal(5, 4), past: new Tensor('float32', first['fresh']!.data as Float32Array, [4, kv]), want: int64([0, 1, 2, 3, 4]) });
  return { logProbs: [...(first['logProbs']!.data as Float32Array), ...(second['logProbs']!.data as Float32Array)], expectedInput: { ids, memory, order, positions } };
}

const variants: [string, Partial<GeneratorShape>][] = [
  ['a tied Llama shape', {}],
  ['an untied Qwen2 shape with attention biases', { tied: false, attentionBias: true }],
  ['one key head for every query head', { kvHeads: 6 }],
  ['heads wider than width / heads', { headDim: 16 }],
  ['more layers than a node may have parts', { layers: 17 }],
];
for (const [title, change] of variants) {
  graphs(`the generator graph, run in two steps over its cache, agrees with the plain definition: ${title}`, async () => {
    const shape = { ...tinyGeneratorShape(vocab), ...change };
    const tensors = randomGenerator(shape, 24, 7);
    const session = await openSession(buildGenerator(shape, 24, weightsOf(tensors, 'test'), 'float32'), settings);
    const { logProbs, expectedInput } = await generatorOutputs(session, shape, 24);
    const expected = referenceLogits(tensors, shape, expectedInput).map(logSoftmax).flat();
    assert.ok(largestDifference(logProbs, expected) < 1e-3, `differs by ${largestDifference(logProbs, expected)}`);
  });
}

for (const arithmetic of ['int8', 'float16'] as const) {
  graphs(`the ${arithmetic} generator stays close to the definition: correlation of its log-probabilities above 0.99`, async () => {
    const shape = tinyGeneratorShape(vocab);
    const tensors = randomGenerator(shape, 24, 7);
    const session = await openSession(buildGenerator(shape, 24, weightsOf(tensors, 'test'), arithmetic), settings);
    const { logProbs, expectedInput } = await generatorOutputs(session, shape, 24);
    const expected = referenceLogits(tensors, shape, expectedInput).map(logSoftmax).flat();
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const correlation = dot(logProbs, expected) / Math.sqrt(dot(logProbs, logProbs) * dot(expected, expected));
    assert.ok(correlation > 0.99 && correlation !== 1, `correlation ${correlation}`);
  });
}

graphs('the fuser graph agrees with the plain definition, whatever stands beside a chunk in its batch', async () => {
  const session = await openSession(buildFuser(tinyFuserShape, vocab, weightsOf(fuser, 'test'), 'float32'), settings);
  const chunks = [[3, 5, 7], Array.from({ length: 37 }, (_, i) => i), Array.from({ length: 48 }, (_, i) => (i * 7) % vocab)];
  const padded = chunks.flatMap((chunk) => [...chunk, ...new Array<number>(48 - chunk.length).fill(0)]);
  const out = await session.run({ ids: int64(padded, [3, 48]), lengths: int64(chunks.map((chunk) => chunk.length)) });
  const { memoryDim, keyDim } = tinyFuserShape;
  for (const [b, chunk] of chunks.entries()) {
    const expected = referenceFuse(fuser, tinyFuserShape, chunk);
    const slices = Math.ceil(chunk.length / 16);
    assert.is(expected.memory.length, slices);
    const memory = (out['memory']!.data as Float32Array).subarray(b * 3 * memoryDim, (b * 3 + slices) * memoryDim);
    assert.ok(largestDifference(memory, expected.memory.flat()) < 1e-3);
    for (const name of ['key', 'query'] as const) {
      assert.ok(largestDifference((out[name]!.data as Float32Array).subarray(b * keyDim, (b + 1) * keyDim), expected[name]) < 1e-3);
    }
  }
});

graphs('the node graph agrees with the plain definition for files and for directories', async () => {
  const session = await openSession(buildNodeFuser(tinyFuserShape, weightsOf(fuser, 'test'), 'float32'), settings);
  const next = gaussian(9);
  for (const [queries, n] of [[[0, 1, 2, 3], 5], [[4, 5], 1]] as const) {
    const rows = Array.from({ length: n }, () => Array.from({ length: 24 + 32 }, next).map(Math.fround));
    const out = await session.run({ rows: new Tensor('float32', Float32Array.from(rows.flat()), [n, 56]), queries: int64([...queries]) });
    const expected = referenceNode(fuser, tinyFuserShape, rows, [...queries]);
    assert.ok(largestDifference(out['memory']!.data as Float32Array, expected.memory.flat()) < 1e-3);
    assert.ok(largestDifference(out['key']!.data as Float32Array, expected.key) < 1e-3);
  }
});

graphs.run();
