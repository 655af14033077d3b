import type { Precision } from '../bundle/manifest.js';
import type { Graph } from './graph.js';

/**
 * Adds x · Wᵀ (+ bias): x [.., columns], W [rows, columns] as PyTorch keeps it, result [.., rows].
 *
 * int8 quantises the weights per output here and the activations per run inside DynamicQuantizeMatMul, so a
 * row's result depends a little on the rows it runs with; float32 does not.
 */
export function linear(graph: Graph, x: string, weight: Float32Array, rows: number, columns: number, precision: Precision, bias?: Float32Array): string {
  if (precision === 'int8') {
    const { values, scales } = quantiseRows(weight, rows, columns);
    const inputs = [x, graph.constant(values, [columns, rows]), graph.constant(scales, [rows])];
    if (bias !== undefined) inputs.push('', graph.constant(bias, [rows]));
    return graph.node('DynamicQuantizeMatMul', inputs);
  }
  const product = graph.node('MatMul', [x, graph.constant(transpose(weight, rows, columns), [columns, rows])]);
  return bias === undefined ? product : graph.node('Add', [product, graph.constant(bias, [rows])]);
}

/** [rows, columns] → [columns, rows] */
export function transpose(source: Float32Array, rows: number, columns: number): Float32Array {
  const target = new Float32Array(source.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) target[c * rows + r] = source[r * columns + c]!;
  return target;
}

/**
 * Processors without VNNI add up two products of 8 bits in 16: with activations up to 255, weights beyond this overflow
 * there and are silently cut off. Seven bits are right everywhere.
 */
const largestWeight = 64;

/** Symmetric int8 with one scale a row (an output), transposed to [columns, rows]. */
export function quantiseRows(source: Float32Array, rows: number, columns: number): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(source.length);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    let largest = 0;
    for (let c = 0; c < columns; c++) largest = Math.max(largest, Math.abs(source[r * columns + c]!));
    const scale = largest > 0 ? largest / largestWeight : 1;
    scales[r] = scale;
    for (let c = 0; c < columns; c++) values[c * rows + r] = Math.round(source[r * columns + c]! / scale);
  }
  return { values, scales };
}

/** Stacks matrices that share their input, so that one multiplication makes them all. */
export function stack(...parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
