import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { weightsOf } from '../../models/bundle/read.js';
import { toFloat32 } from '../../models/bundle/safetensors.js';
import { randomGenerator, tinyGeneratorShape } from '../models/randomBundle.js';
import { halfBits, writeGguf, type NumberType } from './gguf.js';
import { ggufGenerator, pairHalves } from './ggufGenerator.js';

const test = suite('GGUF');

interface Read {
  metadata: Map<string, string | number>;
  tensors: Map<string, { shape: number[]; type: number; values: Float32Array }>;
}

/** Reads what writeGguf can write. */
function read(written: Uint8Array): Read {
  // A Buffer's own slices would be views.
  const file = Uint8Array.from(written);
  const view = new DataView(file.buffer);
  let at = 0;
  const take = <T>(size: number, get: (place: number) => T): T => {
    at += size;
    return get(at - size);
  };
  const uint32 = () => take(4, (place) => view.getUint32(place, true));
  const uint64 = () => take(8, (place) => Number(view.getBigUint64(place, true)));
  const text = (length = uint64()) => take(length, (place) => Buffer.from(file.subarray(place, place + length)).toString('utf8'));
  assert.is(text(4), 'GGUF');
  assert.is(uint32(), 3);
  const counts = { tensors: uint64(), metadata: uint64() };
  const metadata: Read['metadata'] = new Map();
  for (let i = 0; i < counts.metadata; i++) {
    const key = text();
    const type = uint32();
    metadata.set(key, type === 8 ? text() : type === 4 ? uint32() : take(4, (place) => view.getFloat32(place, true)));
  }
  const places = Array.from({ length: counts.tensors }, () => ({ name: text(), shape: Array.from({ length: uint32() }, uint64).reverse(), type: uint32(), offset: uint64() }));
  const body = Math.ceil(at / 32) * 32;
  const tensors: Read['tensors'] = new Map();
  for (const { name, shape, type, offset } of places) {
    assert.is(offset % 32, 0, name);
    const length = shape.reduce((a, b) => a * b, 1);
    const data = file.slice(body + offset, body + offset + bytesOf(type, length));
    assert.is(data.byteLength, bytesOf(type, length), name);
    tensors.set(name, { shape, type, values: type === 8 ? fromBlocks(data) : toFloat32({ dtype: type === 0 ? 'F32' : 'F16', shape, data }) });
  }
  return { metadata, tensors };
}

function bytesOf(type: number, length: number): number {
  return type === 0 ? 4 * length : type === 1 ? 2 * length : (length / 32) * 34;
}

function fromBlocks(data: Uint8Array): Float32Array {
  const values: number[] = [];
  for (let at = 0; at < data.length; at += 34) {
    const [scale] = toFloat32({ dtype: 'F16', shape: [1], data: data.slice(at, at + 2) });
    for (const each of new Int8Array(data.slice(at + 2, at + 34).buffer)) values.push(each * scale!);
  }
  return Float32Array.from(values);
}

test('metadata and tensors of every type are read back, wherever their sizes leave gaps', () => {
  const values = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i) * 2 ** (i % 5));
  const types: NumberType[] = ['f16', 'f32', 'q8_0'];
  const file = writeGguf({ name: 'näme', count: { uint32: 7 }, ratio: { float32: 0.5 } }, new Map(types.map((type, i) => [`t${i}`, { shape: [3, 64], values, type }])));
  const { metadata, tensors } = read(file);
  assert.equal([...metadata], [['name', 'näme'], ['count', 7], ['ratio', 0.5]]);
  assert.equal([...tensors.values()].map(({ shape, type }) => [shape, type]), [[[3, 64], 1], [[3, 64], 0], [[3, 64], 8]]);
  const [half, whole, blocks] = [...tensors.values()].map((each) => each.values) as [Float32Array, Float32Array, Float32Array];
  assert.equal(whole, values);
  for (let i = 0; i < values.length; i++) {
    assert.ok(Math.abs(half[i]! - values[i]!) <= Math.abs(values[i]!) * 2 ** -11);
    // Half a step of the block's scale, and what the scale itself lost.
    assert.ok(Math.abs(blocks[i]! - values[i]!) <= 16 / 127);
  }
});

test('every float16 keeps its bits, and what lies between goes to the nearest', () => {
  for (let bits = 0; bits < 0x7c01; bits++) {
    for (const each of [bits, bits | 0x8000]) {
      const [value] = toFloat32({ dtype: 'F16', shape: [1], data: new Uint8Array(Uint16Array.of(each).buffer) });
      if (halfBits(value!) !== each) assert.unreachable(`${each} became ${halfBits(value!)}`);
    }
  }
  assert.equal([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65_519, 65_520, NaN].map(halfBits), [0x3c00, 0x3c02, 0x7bff, 0x7c00, 0x7e00]);
});

test('numbers that do not fit the shape or the blocks are refused by name', () => {
  const write = (shape: number[], type: NumberType) => () => writeGguf({}, new Map([['odd', { shape, values: new Float32Array(48), type }]]));
  assert.throws(write([3, 15], 'f32'), /^odd: 48 numbers/);
  assert.throws(write([1, 48], 'q8_0'), /^odd: rows of 48 numbers/);
});

test('a generator has every tensor of llama.cpp by its name and shape, gains in float32', () => {
  const shape = { ...tinyGeneratorShape(64), attentionBias: true, tied: false };
  const source = randomGenerator(shape, 24, 3);
  const { metadata, tensors } = read(ggufGenerator(shape, weightsOf(source, 'random'), 'f16'));
  assert.equal(['general.architecture', 'llama.block_count', 'llama.attention.head_count_kv', 'tokenizer.ggml.model'].map((key) => metadata.get(key)), ['llama', 3, 2, 'none']);
  assert.is(tensors.size, 3 + 12 * shape.layers);
  assert.equal(tensors.get('blk.2.ffn_down.weight')!.shape, [48, 96]);
  assert.equal(['blk.0.attn_norm.weight', 'blk.0.attn_q.bias', 'blk.0.attn_q.weight'].map((name) => tensors.get(name)!.type), [0, 0, 1]);
  assert.ok(tensors.has('output.weight'));
  const tied = read(ggufGenerator({ ...shape, tied: true, attentionBias: false }, weightsOf(source, 'random'), 'f32'));
  assert.is(tied.tensors.size, 2 + 9 * shape.layers);
  assert.equal(tied.tensors.get('blk.1.attn_v.weight')!.values, toFloat32(source.get('model.layers.1.self_attn.v_proj.weight')!));
});

test('rows that turn together stand together, head by head', () => {
  assert.equal([...pairHalves(Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13), 4, 1)], [0, 2, 1, 3, 10, 12, 11, 13]);
  assert.equal([...pairHalves(Float32Array.of(0, 0, 1, 1, 2, 2, 3, 3), 4, 2)], [0, 0, 2, 2, 1, 1, 3, 3]);
});

test.run();
