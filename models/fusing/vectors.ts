import type { FusedVectors } from '../types.js';

/** [count · dim] float values of int8 memory vectors. */
export function dequantise(memory: Int8Array, scales: Float32Array, dim: number): Float32Array {
  const values = new Float32Array(memory.length);
  for (let i = 0; i < memory.length; i++) values[i] = memory[i]! * scales[Math.floor(i / dim)]!;
  return values;
}

/**
 * Stores vectors in int8: each memory vector has its own scale (largest magnitude / 127), a key has 1/127.
 * Halves round towards plus infinity (Math.round). Throws on a number that is not finite: the weights are broken.
 */
export function quantise(memory: Float32Array, dim: number, key: Float32Array): FusedVectors {
  const count = memory.length / dim;
  const quantised = new Int8Array(memory.length);
  const scales = new Float32Array(count);
  for (let v = 0; v < count; v++) {
    const vector = memory.subarray(v * dim, (v + 1) * dim);
    let largest = 0;
    for (const value of vector) {
      if (!Number.isFinite(value)) throw new Error('The fuser made a number that is not finite: its weights are broken, choose another bundle with `hefc model use`.');
      largest = Math.max(largest, Math.abs(value));
    }
    const scale = Math.fround(largest / 127);
    scales[v] = scale;
    if (scale > 0) for (let i = 0; i < dim; i++) quantised[v * dim + i] = Math.max(-127, Math.min(127, Math.round(vector[i]! / scale)));
  }
  return { memory: quantised, scales, key: Int8Array.from(key, (value) => Math.round(127 * value)) };
}

/** Mean of a part's dequantised memory vectors, [dim]; zeros when it has none. */
export function meanVector({ memory, scales }: { memory: Int8Array; scales: Float32Array }, dim: number): Float32Array {
  const mean = new Float32Array(dim);
  const values = dequantise(memory, scales, dim);
  for (let i = 0; i < values.length; i++) mean[i % dim]! += values[i]!;
  if (scales.length > 0) for (let i = 0; i < dim; i++) mean[i]! /= scales.length;
  return mean;
}

/**
 * At most `limit` rows: consecutive rows are averaged in even groups, group g of G covering ⌊g·n/G⌋ … ⌊(g+1)·n/G⌋.
 * No rows become one row of zeros.
 */
export function fitRows(rows: Float32Array[], limit: number, dim: number): Float32Array[] {
  if (rows.length === 0) return [new Float32Array(dim)];
  if (rows.length <= limit) return rows;
  return Array.from({ length: limit }, (_, group) => {
    const begin = Math.floor((group * rows.length) / limit);
    const end = Math.floor(((group + 1) * rows.length) / limit);
    const mean = new Float32Array(dim);
    for (let row = begin; row < end; row++) for (let i = 0; i < dim; i++) mean[i]! += rows[row]![i]! / (end - begin);
    return mean;
  });
}
