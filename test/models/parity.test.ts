/**
 * The shipped models compute what PyTorch computed when they were exported: parity.json is written by
 * models/training/export.py. HEFC_TEST_BUNDLE names another bundle folder.
 */
import { Tensor } from '../../models/onnx/runtime.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generatorParts, readManifest, readPart, readWeights, type Weights } from '../../models/bundle/read.js';
import { buildFuser } from '../../models/onnx/fuser.js';
import { buildGenerator } from '../../models/onnx/generator.js';
import type { Arithmetic } from '../../models/onnx/linear.js';
import { buildNodeFuser } from '../../models/onnx/nodeFuser.js';
import { buildPointer } from '../../models/onnx/pointer.js';
import { openSession } from '../../models/onnx/session.js';
import { countMatches, distinctTokens, pointableEntries, tokenBefore, type Piece } from '../../models/pointable.js';
import { attentionMask } from '../../models/session/generator.js';
import { emptyTree } from '../../models/session/tree.js';
import { openTokenizer } from '../../models/tokenizer.js';
import { comparedBundles } from '../bundle.js';
import { logSoftmax } from './reference.js';

interface Parity {
  tokenizer: { text: string; ids: number[] }[];
  generator: { ids: number[]; memory: number[][]; order: number[]; positions: number[]; logits: number[][]; rows: number };
  fuser: { ids: number[][]; lengths: number[]; memory: number[][][]; key: number[][]; query: number[][] };
  node: { rows: number[][]; queries: number[]; memory: number[][]; key: number[] };
  /**
   * Of a bundle with a pointer: the texts that may be copied (`vector` is the row of generator.memory that stands for a
   * text's first slice, null for the prompt's own), their keys in order, and log p of the generator's last `rows` rows.
   */
  pointer?: { pieces: Piece[]; keys: number[][]; logProbs: number[][] };
}

const parity = suite('parity');
const settings = { provider: 'cpu', threads: 1 };

function int64(values: number[], shape: number[] = [values.length]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
}

function float32(rows: number[][]): Tensor {
  return new Tensor('float32', Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
}

function near(actual: ArrayLike<number>, expected: number[], what: string, tolerance = 1e-3): void {
  assert.is(actual.length, expected.length, what);
  const worst = expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i]!)), 0);
  assert.ok(worst < tolerance, `${what} differs by ${worst}`);
}

parity('there are bundles to compare', () => {
  assert.ok(comparedBundles.length >= (process.env.HEFC_TEST_BUNDLE === undefined ? 2 : 1), comparedBundles.join());
});

for (const directory of comparedBundles) {
  const manifest = readManifest(directory);
  const fixture = JSON.parse(new TextDecoder().decode(readPart(directory, manifest, 'parity.json'))) as Parity;
  const shape = manifest.fuser;

  parity(`${manifest.id}: the tokenizer makes the ids that training saw`, async () => {
    const tokenizer = openTokenizer(directory);
    for (const { text, ids } of fixture.tokenizer) {
      assert.equal(await tokenizer.encode(text), ids, JSON.stringify(text));
      assert.is(Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))).toString(), text);
    }
  });

  /** Log-probabilities of the fixture's last rows; with `copies`, of the model that points. */
  async function logProbs(weights: Weights, copies?: { copyKeys: Tensor; copyTokens: Tensor; copyKinds: Tensor; copyMatches: Tensor }, arithmetic: Arithmetic = 'float32'): Promise<Float32Array> {
    assert.ok(shape);
    const { ids, memory, order, positions, rows } = fixture.generator;
    const { layers, kvHeads, headDim } = manifest.generator;
    const pointer = copies === undefined ? undefined : manifest.pointer;
    const session = await openSession(buildGenerator(manifest.generator, shape.memoryDim, weights, arithmetic, pointer), settings);
    const [total, row] = [order.length, layers * 2 * kvHeads * headDim];
    const out = await session.run({
      ids: int64(ids), memory: float32(memory), order: int64(order), positions: int64(positions),
      mask: new Tensor('float32', attentionMask(0, total, emptyTree()), [total, total]),
      past: new Tensor('float32', new Float32Array(0), [0, row]),
      want: int64(Array.from({ length: rows }, (_, i) => total - rows + i)),
      ...copies,
    });
    return out['logProbs']!.data as Float32Array;
  }

  parity(`${manifest.id}: the generator gives the probabilities of PyTorch within 1e-3 in float32`, async () => {
    const { logits, rows } = fixture.generator;
    const weights = readWeights(directory, manifest, ...generatorParts(manifest));
    near(await logProbs(weights), logits.slice(-rows).map(logSoftmax).flat(), 'logProbs');
  });

  parity(`${manifest.id}: the pointer, where there is one, gives the keys and the mixture of PyTorch within 1e-3`, async () => {
    assert.is(fixture.pointer === undefined, manifest.pointer === undefined, 'a bundle with a pointer has a fixture of it');
    if (fixture.pointer === undefined || manifest.pointer === undefined || shape === null) return;
    const weights = readWeights(directory, manifest, ...generatorParts(manifest));
    const entries = pointableEntries(fixture.pointer.pieces, shape.sliceTokens);
    const { tokens, vectors } = entries;
    const before = (back: number): Tensor => int64(tokens.map((_, j) => tokenBefore(entries, j, back, manifest.special.pad)));
    const session = await openSession(buildPointer(manifest.pointer, shape, manifest.generator.vocab, manifest.special.pad, weights), settings);
    const out = await session.run({
      tokens: int64(tokens), before: before(1), before2: before(2),
      memory: float32(fixture.generator.memory), vector: int64(vectors.map((vector) => vector + 1)),
    });
    const keys = out['keys']!;
    near(keys.data as Float32Array, fixture.pointer.keys.flat(), 'keys');
    const { ids, rows } = fixture.generator;
    const { matchTokens } = manifest.pointer;
    const text = ids.filter((id) => id !== manifest.special.mem && id !== manifest.special.mid && id !== manifest.special.pre);
    const matches = new Int32Array(rows * tokens.length);
    for (let row = 0; row < rows; row++) countMatches(text.slice(0, text.length - rows + 1 + row).reverse(), entries, matchTokens, matches, row * tokens.length);
    assert.ok(matches.some((each) => each > 2 && each <= matchTokens) && matches.some((each) => each > matchTokens + 3), 'some entries match');
    const { distinct, kinds } = distinctTokens(tokens);
    const copies = { copyKeys: keys as Tensor, copyTokens: int64(distinct), copyKinds: int64(kinds), copyMatches: new Tensor('int32', matches, [rows, tokens.length]) };
    near(await logProbs(weights, copies), fixture.pointer.logProbs.flat(), 'logProbs');
    near(await logProbs(weights, copies, 'float16'), fixture.pointer.logProbs.flat(), 'logProbs in float16', 0.1);
  });

  parity(`${manifest.id}: the fuser gives the vectors of PyTorch within 1e-3`, async () => {
    assert.ok(shape);
    const { ids, lengths, memory, key, query } = fixture.fuser;
    const session = await openSession(buildFuser(shape, manifest.generator.vocab, readWeights(directory, manifest, 'fuser.safetensors'), 'float32'), settings);
    const out = await session.run({ ids: int64(ids.flat(), [ids.length, ids[0]!.length]), lengths: int64(lengths) });
    const actual = out['memory']!.data as Float32Array;
    const slices = ids[0]!.length / shape.sliceTokens;
    for (const [b, length] of lengths.entries()) {
      const valid = Math.ceil(length / shape.sliceTokens);
      near(actual.subarray(b * slices * shape.memoryDim, (b * slices + valid) * shape.memoryDim), memory[b]!.slice(0, valid).flat(), `memory of chunk ${b}`);
    }
    near(out['key']!.data as Float32Array, key.flat(), 'keys');
    near(out['query']!.data as Float32Array, query.flat(), 'queries');
  });

  parity(`${manifest.id}: the node fuser gives the vectors of PyTorch within 1e-3`, async () => {
    assert.ok(shape);
    const session = await openSession(buildNodeFuser(shape, readWeights(directory, manifest, 'fuser.safetensors'), 'float32'), settings);
    const out = await session.run({ rows: float32(fixture.node.rows), queries: int64(fixture.node.queries) });
    near(out['memory']!.data as Float32Array, fixture.node.memory.flat(), 'memory');
    near(out['key']!.data as Float32Array, fixture.node.key, 'key');
  });
}

parity.run();
