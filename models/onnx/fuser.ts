import type { FuserShape, Precision } from '../bundle/manifest.js';
import type { Weights } from '../bundle/read.js';
import { encoder, rmsNorm, unitLength } from './encoder.js';
import { createGraph } from './graph.js';
import { cast, linear } from './linear.js';

/**
 * Builds the graph that fuses chunks.
 *
 * Inputs
 *   ids     int64 [B, T]   tokens, padded on the right; T ≤ chunkTokens, a multiple of sliceTokens
 *   lengths int64 [B]      valid tokens of each chunk
 * Outputs
 *   memory  f32 [B, T / sliceTokens, memoryDim]   a vector a slice; those of slices without a valid token mean nothing
 *   key     f32 [B, keyDim]    unit length, found by `query`
 *   query   f32 [B, keyDim]    unit length
 */
export function buildFuser(shape: FuserShape, vocab: number, weights: Weights, precision: Precision): Uint8Array {
  const { width, memoryDim, keyDim, chunkTokens, sliceTokens } = shape;
  const graph = createGraph('fuser');
  const ids = graph.input('ids', 'int64', ['B', 'T']);
  const lengths = graph.input('lengths', 'int64', ['B']);
  const shapeOf = (...extents: number[]): string => graph.constant(extents, [extents.length]);

  const length = graph.node('Slice', [graph.node('Shape', [ids]), shapeOf(1), shapeOf(2)]);
  const upTo = (table: string): string => graph.node('Slice', [table, shapeOf(0), length, shapeOf(0)]);
  const embedded = graph.node('Gather', [graph.constant(weights.get('fuser.embed_tokens.weight', [vocab, width]), [vocab, width]), ids], { axis: 0 });
  const placed = graph.node('Add', [embedded, upTo(graph.constant(weights.get('fuser.positions.weight', [chunkTokens, width]), [chunkTokens, width]))]);

  const places = upTo(graph.constant(Array.from({ length: chunkTokens }, (_, i) => i), [chunkTokens]));
  const valid = cast(graph, graph.node('Less', [places, graph.node('Unsqueeze', [lengths, shapeOf(1)])]), 'float32');
  const one = graph.constant(Float32Array.of(1), [1]);
  const masked = graph.node('Mul', [graph.node('Sub', [valid, one]), graph.constant(Float32Array.of(1e9), [1])]);
  // One mask row for every query: ONNX Runtime's Attention does not broadcast that axis.
  const mask = graph.node('Tile', [graph.node('Unsqueeze', [masked, shapeOf(1, 2)]), graph.node('Concat', [shapeOf(1, 1), length, shapeOf(1)], { axis: 0 })]);
  const hidden = encoder(graph, placed, mask, 'fuser', shape, weights, precision);

  // Sums over slices of the valid rows, and from them the sums over the whole chunk.
  const weight = graph.node('Unsqueeze', [valid, shapeOf(2)]);
  const slices = graph.node('Reshape', [graph.node('Mul', [hidden, weight]), shapeOf(0, -1, sliceTokens, width)]);
  const sliceSums = graph.node('ReduceSum', [slices, shapeOf(2)], { keepdims: 0 });
  const sliceCounts = graph.node('ReduceSum', [graph.node('Reshape', [valid, shapeOf(0, -1, sliceTokens)]), shapeOf(2)], { keepdims: 1 });
  const mean = (sums: string, counts: string): string => graph.node('Div', [sums, graph.node('Max', [counts, one])]);
  const slice = mean(sliceSums, sliceCounts);
  rmsNorm(graph, linear(graph, slice, weights.get('fuser.memory.weight', [memoryDim, width]), memoryDim, width, precision), memoryDim, undefined, 'memory');
  graph.output('memory', 'float32', ['B', 'V', memoryDim]);

  const whole = mean(graph.node('ReduceSum', [sliceSums, shapeOf(1)], { keepdims: 0 }), graph.node('ReduceSum', [sliceCounts, shapeOf(1)], { keepdims: 0 }));
  for (const name of ['key', 'query']) {
    unitLength(graph, linear(graph, whole, weights.get(`fuser.${name}.weight`, [keyDim, width]), keyDim, width, precision), name);
    graph.output(name, 'float32', ['B', keyDim]);
  }
  return graph.bytes();
}
