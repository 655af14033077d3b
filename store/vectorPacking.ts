import { StoreError } from './errors.js';
import type { FusedVectors, VectorShapes } from './types.js';

/** Fused vectors as three BLOBs: key and memory are the int8 bytes, scales are float32 little-endian. */
export interface PackedVectors {
  key: Buffer;
  scales: Buffer;
  memory: Buffer;
}

/** Checks shapes and finiteness, then packs. Errors: wrong-model (shapes), bad-vectors (not finite). */
export function packVectors(vectors: FusedVectors, shapes: VectorShapes): PackedVectors {
  if (vectors.key.length !== shapes.keyDim || vectors.memory.length !== vectors.scales.length * shapes.memoryDim) {
    throw new StoreError(
      'wrong-model',
      `vectors of key length ${vectors.key.length} with ${vectors.memory.length} memory values for ${vectors.scales.length} scales do not fit key ${shapes.keyDim}, memory ${shapes.memoryDim}: open the store with the model that made them`,
    );
  }
  const scales = Buffer.alloc(vectors.scales.length * 4);
  vectors.scales.forEach((scale, at) => {
    if (!Number.isFinite(scale)) throw new StoreError('bad-vectors', `scale ${at} of a fused vector is ${scale}: check the model bundle with "hefc doctor"`);
    scales.writeFloatLE(scale, at * 4);
  });
  return { key: bytesOf(vectors.key), scales, memory: bytesOf(vectors.memory) };
}

export function unpackVectors(packed: PackedVectors): FusedVectors {
  const scales = new Float32Array(packed.scales.length / 4);
  for (let at = 0; at < scales.length; at++) scales[at] = packed.scales.readFloatLE(at * 4);
  return { memory: int8Of(packed.memory), scales, key: int8Of(packed.key) };
}

export function int8Of(bytes: Buffer): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function bytesOf(values: Int8Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

export function packUint32(values: Uint32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32LE(value, at * 4));
  return bytes;
}

export function unpackUint32(bytes: Buffer): Uint32Array {
  const values = new Uint32Array(bytes.length / 4);
  for (let at = 0; at < values.length; at++) values[at] = bytes.readUInt32LE(at * 4);
  return values;
}

export function packUint16(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, at) => bytes.writeUInt16LE(Math.min(value, 0xffff), at * 2));
  return bytes;
}

export function unpackUint16(bytes: Buffer): Uint16Array {
  const values = new Uint16Array(bytes.length / 2);
  for (let at = 0; at < values.length; at++) values[at] = bytes.readUInt16LE(at * 2);
  return values;
}
