import type { Precision } from '../bundle/manifest.js';
import { elementTypes, type Graph } from './graph.js';

/** What products are computed in: a bundle's own precision, or the accelerators' float16. */
export type Arithmetic = Precision | 'float16';

/** Adds a cast to a floating type. */
export function cast(graph: Graph, x: string, to: 'float32' | 'float16', name?: string): string {
  return graph.node('Cast', [x], { to: elementTypes[to] }, name);
}

/** A constant in the type of a graph's stream; ONNX Runtime casts it once, at opening. */
export function weight(graph: Graph, data: Float32Array, shape: number[], arithmetic: Arithmetic, name?: string): string {
  const constant = graph.constant(data, shape, name);
  return arithmetic === 'float16' ? cast(graph, constant, 'float16') : constant;
}

/**
 * Adds x · Wᵀ (+ bias): x [.., columns], W [rows, columns] as PyTorch keeps it, result [.., rows].
 *
 * int8 quantises the weights per output here and the activations per run inside DynamicQuantizeMatMul, so a
 * row's result depends a little on the rows it runs with; float32 does not. float16 takes x and gives the result in float16.
 */
export function linear(graph: Graph, x: string, matrix: Float32Array, rows: number, columns: number, arithmetic: Arithmetic, bias?: Float32Array): string {
  if (arithmetic === 'int8') {
    const { values, scales } = quantiseRows(matrix, rows, columns);
    const inputs = [x, graph.constant(values, [columns, rows]), graph.constant(scales, [rows])];
    if (bias !== undefined) inputs.push('', graph.constant(bias, [rows]));
    return graph.node('DynamicQuantizeMatMul', inputs);
  }
  const product = graph.node('MatMul', [x, weight(graph, transpose(matrix, rows, columns), [columns, rows], arithmetic)]);
  return bias === undefined ? product : graph.node('Add', [product, weight(graph, bias, [rows], arithmetic)]);
}

/**
 * `linear` of rows that are first brought to a largest magnitude of 1 each, where that matters: what comes after a gate or a
 * square differs between rows by orders of magnitude, and an int8 product has one scale for all rows of a run. Nearly all
 * that int8 costs in quality is lost there (docs/performance.md).
 */
export function linearPerRow(graph: Graph, x: string, matrix: Float32Array, rows: number, columns: number, arithmetic: Arithmetic): string {
  if (arithmetic !== 'int8') return linear(graph, x, matrix, rows, columns, arithmetic);
  const largest = graph.node('ReduceMax', [graph.node('Abs', [x]), graph.constant([2], [1])], { keepdims: 1 });
  const scale = graph.node('Add', [largest, graph.constant(Float32Array.of(1e-9), [1])]);
  return graph.node('Mul', [linear(graph, graph.node('Div', [x, scale]), matrix, rows, columns, arithmetic), scale]);
}

/** Rows transposed together: so many neighbours are written before the next line of memory is touched. */
const tile = 16;

/** [rows, columns] → [columns, rows] */
export function transpose(source: Float32Array, rows: number, columns: number): Float32Array {
  const target = new Float32Array(source.length);
  for (let first = 0; first < rows; first += tile) {
    const end = Math.min(rows, first + tile);
    for (let c = 0; c < columns; c++) for (let r = first; r < end; r++) target[c * rows + r] = source[r * columns + c]!;
  }
  return target;
}

/**
 * Processors without VNNI add up two products of 8 bits in 16: with activations up to 255, weights beyond this overflow
 * there and are silently cut off. Seven bits are right everywhere.
 */
const largestWeight = 64;

/** Math.round of what lies between −128 and 127, several times as fast; forty million weights wait for it. */
const nearest = (x: number): number => ((x + 128.5) | 0) - 128;

/** Symmetric int8 with one scale a row (an output), transposed to [columns, rows]. */
export function quantiseRows(source: Float32Array, rows: number, columns: number): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(source.length);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    let largest = 0;
    for (let i = r * columns; i < (r + 1) * columns; i++) {
      const size = Math.abs(source[i]!);
      if (size > largest) largest = size;
    }
    scales[r] = largest > 0 ? largest / largestWeight : 1;
  }
  for (let first = 0; first < rows; first += tile) {
    const end = Math.min(rows, first + tile);
    for (let c = 0; c < columns; c++) for (let r = first; r < end; r++) values[c * rows + r] = nearest(source[r * columns + c]! / scales[r]!);
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
