import { Tensor } from '../../models/onnx/runtime.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { weightsOf } from '../../models/bundle/read.js';
import { buildGenerator } from '../../models/onnx/generator.js';
import { buildPointer } from '../../models/onnx/pointer.js';
import { distinctTokens } from '../../models/pointable.js';
import { openSession } from '../../models/onnx/session.js';
import { attentionMask } from '../../models/session/generator.js';
import { emptyTree } from '../../models/session/tree.js';
import { buildPrompt } from '../../models/prompt.js';
import { loadModel } from '../../models/worker/load.js';
import { answer, loadRandom } from './loaded.js';
import { gaussian, randomFuser, randomGenerator, randomPointer, tinyFuserShape, tinyGeneratorShape, writeRandomBundle } from './randomBundle.js';
import { logSoftmax, referenceFuse, referenceKey, referenceLogits, referenceMixture, referenceStates, type ReferenceEntry } from './reference.js';

const pointing = suite('pointer');
const settings = { provider: 'cpu', float16: false, threads: 1 };
const vocab = 40;
const pointer = { dim: 16, matchTokens: 3 };
const { dim } = pointer;
const { memoryDim } = tinyFuserShape;
const shape = tinyGeneratorShape(vocab);
const tensors = new Map([...randomGenerator(shape, memoryDim, 7), ...randomFuser(tinyFuserShape, vocab, 3), ...randomPointer(pointer, shape, tinyFuserShape, 13)]);
const weights = weightsOf(tensors, 'test');

const next = gaussian(5);
const memory = Array.from({ length: 3 }, () => Array.from({ length: memoryDim }, next).map(Math.fround));
const ids = [9, 30, 2, 17, 21, 4];
const input = { ids, memory, order: [0, 1, 2, 6, 7, 8, 3, 4, 5], positions: [0, 1, 2, 3, 4, 5, 6, 7, 8] };

/** Texts [token ids, the vector of their first token]: two tokens a slice, so that a few cover all cases. */
const entries: ReferenceEntry[] = ([[[9, 30, 30, 9], null], [[7, 30, 8, 39, 1], 1]] as [number[], number | null][])
  .flatMap(([text, vector]) => text.map((id, i): ReferenceEntry => ({
    context: [id, text[i - 1] ?? 0, text[i - 2] ?? 0],
    vector: vector === null ? null : memory[vector + (i > 2 ? 1 : 0)]!,
  })));

function int64(values: number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}

function near(actual: ArrayLike<number>, expected: number[], what: string): void {
  assert.is(actual.length, expected.length, what);
  const worst = expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i]!)), 0);
  assert.ok(worst < 1e-4, `${what} differs by ${worst}`);
}

async function keysOf(chosen: ReferenceEntry[]): Promise<Float32Array> {
  const session = await openSession(buildPointer({ dim }, tinyFuserShape, vocab, 0, weights), settings);
  const at = (place: 0 | 1 | 2): Tensor => int64(chosen.map(({ context }) => context[place]));
  const out = await session.run({
    tokens: at(0), before: at(1), before2: at(2),
    memory: new Tensor('float32', Float32Array.from(memory.flat()), [memory.length, memoryDim]),
    vector: int64(chosen.map(({ vector }) => (vector === null ? 0 : 1 + memory.indexOf(vector)))),
  });
  assert.equal(out['keys']!.dims, [chosen.length, dim]);
  return out['keys']!.data as Float32Array;
}

/** Every kind of match for each of the last four rows. */
function matchesOf(chosen: ReferenceEntry[]): Int32Array {
  return Int32Array.from({ length: 4 * chosen.length }, (_, i) => (5 * i) % (2 * (pointer.matchTokens + 1)));
}

/** Log-probabilities of the last four rows. */
async function mixed(chosen: ReferenceEntry[], keys: Float32Array, source = weights): Promise<Float32Array> {
  const session = await openSession(buildGenerator(shape, memoryDim, source, 'float32', pointer), settings);
  const rows = input.order.length;
  const { distinct, kinds } = distinctTokens(chosen.map(({ context }) => context[0]));
  const out = await session.run({
    ids: int64(ids), order: int64(input.order), positions: int64(input.positions), want: int64([5, 6, 7, 8]),
    memory: new Tensor('float32', Float32Array.from(memory.flat()), [memory.length, memoryDim]),
    mask: new Tensor('float32', attentionMask(0, rows, emptyTree()), [rows, rows]),
    past: new Tensor('float32', new Float32Array(0), [0, shape.layers * 2 * shape.kvHeads * shape.headDim]),
    copyKeys: new Tensor('float32', keys, [chosen.length, dim]), copyTokens: int64(distinct), copyKinds: int64(kinds),
    copyMatches: new Tensor('int32', matchesOf(chosen), [4, chosen.length]),
  });
  return out['logProbs']!.data as Float32Array;
}

pointing('keys are those of the definition: token, the two before it, and the vector of its slice', async () => {
  near(await keysOf(entries), entries.flatMap((entry) => referenceKey(tensors, tinyFuserShape, entry)), 'keys');
  assert.is((await keysOf([])).length, 0);
});

pointing('the graph mixes writing and copying as the definition does, adding up the copies of one token', async () => {
  const keys = entries.map((entry) => referenceKey(tensors, tinyFuserShape, entry));
  const states = referenceStates(tensors, shape, input).slice(-4);
  const logits = referenceLogits(tensors, shape, input).slice(-4);
  const expected = logits.map((row, t) => referenceMixture(tensors, states[t]!, row, entries, keys, matchesOf(entries).subarray(t * entries.length)));
  near(await mixed(entries, await keysOf(entries)), expected.flat(), 'log-probabilities');
  const copied = expected.map((row, t) => Math.exp(row[30]!) - Math.exp(logSoftmax(logits[t]!)[30]!));
  assert.ok(copied.some((each) => Math.abs(each) > 0.05), 'the copies matter in this test');
});

pointing('with nothing to copy the probabilities are those of writing alone', async () => {
  near(await mixed([], new Float32Array(0)), referenceLogits(tensors, shape, input).slice(-4).map(logSoftmax).flat(), 'log-probabilities');
});

pointing('a token far less probable than others keeps a finite logarithm', async () => {
  const certain = new Map(tensors);
  const bias = certain.get('pointer.match.bias')!;
  certain.set('pointer.match.bias', { ...bias, data: new Uint8Array(new Float32Array(8).fill(200).buffer) });
  const row = await mixed(entries, await keysOf(entries), weightsOf(certain, 'test'));
  assert.ok(row.every(Number.isFinite));
  assert.ok(row[2]! < -150 && Math.exp(row[30]!) > 0.01, `${row[2]} and ${row[30]}`);
});

pointing('the tokens of a slice are those its vector was fused from, also of a text longer than a chunk', async () => {
  const bundle = writeRandomBundle({ pointer });
  const { generate: parts, fuser } = await loadModel(bundle.directory, settings, (why) => assert.unreachable(why));
  bundle.remove();
  const texts = ['def name(self):\n    return names\n', '', '\t\r\n☕é', `x = [${'1, name, '.repeat(80)}]\n`];
  const steps = fuser!.fuseBlob(texts);
  let step = await steps.next();
  while (step.done !== true) step = await steps.next();
  const fused = step.value.chunks;
  const request = { prefix: 'x=', suffix: null, maxTokens: 8, stop: 'line' as const, memory: fused.map((each, i) => ({ ...each, text: texts[i]! })) };
  const { pointable, memory: given } = await buildPrompt(request, parts.tokenizer, parts.manifest, parts.heal);
  let vector = 0;
  for (const [i, { scales }] of fused.entries()) {
    const [first, end] = [vector, vector + scales.length];
    const tokens = pointable!.tokens.filter((_, j) => pointable!.vectors[j]! >= first && pointable!.vectors[j]! < end);
    const expected = referenceFuse(bundle.fuser, tinyFuserShape, tokens.length === 0 ? [0] : tokens).memory;
    assert.is(expected.length, scales.length, `slices of text ${i}`);
    const worst = expected.flat().reduce((largest, value, k) => Math.max(largest, Math.abs(value - given[first * memoryDim + k]!)), 0);
    assert.ok(worst < 0.02, `vectors of text ${i} differ by ${worst}, more than rounding`);
    vector = end;
  }
  assert.is(fused[3]!.scales.length, 8, 'the last text fills a chunk');
});

pointing('a request with texts of its memory is answered from them, and one without texts as before', async () => {
  const loaded = await loadRandom({ pointer });
  const item = { memory: new Int8Array(4 * memoryDim).fill(3), scales: new Float32Array(4).fill(0.01) };
  const ask = async (text?: string): Promise<number> =>
    (await answer(loaded, { prefix: 'x=', memory: [{ ...item, ...(text !== undefined && { text }) }], candidates: ['name'] })).candidates[0]!.logProb;
  const [without, absent, present] = [await ask(), await ask('+-/'), await ask('names name name name')];
  assert.ok(present > absent, `${present} and ${absent}`);
  assert.ok(Math.abs(without - absent) > 1e-3, 'what may be copied takes probability from the rest');
});

pointing.run();
