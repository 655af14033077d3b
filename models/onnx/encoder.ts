import type { Precision } from '../bundle/manifest.js';
import type { Weights } from '../bundle/read.js';
import type { Graph } from './graph.js';
import { linear, linearPerRow } from './linear.js';

/** Epsilon of every norm in the fuser. */
export const fuserEpsilon = 1e-6;

export interface EncoderShape {
  layers: number;
  width: number;
  heads: number;
  mlp: number;
}

/**
 * Adds a stack of bidirectional pre-norm layers (RMSNorm, attention without biases or rotation, relu(x)² in the MLP)
 * and the final RMSNorm: x [B, T, width] → [B, T, width].
 *
 * `prefix` names the tensors (`<prefix>.layers.N.…`, `<prefix>.norm.weight`); `mask` is [B, 1, 1, T] additive, or null.
 */
export function encoder(graph: Graph, x: string, mask: string | null, prefix: string, shape: EncoderShape, weights: Weights, precision: Precision): string {
  const { layers, width, heads, mlp } = shape;
  let stream = x;
  for (let layer = 0; layer < layers; layer++) {
    const name = `${prefix}.layers.${layer}`;
    const normed = rmsNorm(graph, stream, width, weights.get(`${name}.attn_norm.weight`, [width]));
    const qkv = linear(graph, normed, weights.get(`${name}.qkv.weight`, [3 * width, width]), 3 * width, width, precision);
    const parts = graph.nodes('Split', [qkv], 3, { axis: 2, num_outputs: 3 });
    const attended = graph.node('Attention', mask === null ? parts : [...parts, mask], {
      q_num_heads: heads, kv_num_heads: heads, scale: { float: 1 / Math.sqrt(width / heads) },
    });
    stream = graph.node('Add', [stream, linear(graph, attended, weights.get(`${name}.o.weight`, [width, width]), width, width, precision)]);
    const again = rmsNorm(graph, stream, width, weights.get(`${name}.mlp_norm.weight`, [width]));
    const wide = graph.node('Relu', [linear(graph, again, weights.get(`${name}.fc1.weight`, [mlp, width]), mlp, width, precision)]);
    const squared = graph.node('Mul', [wide, wide]);
    stream = graph.node('Add', [stream, linearPerRow(graph, squared, weights.get(`${name}.fc2.weight`, [width, mlp]), width, mlp, precision)]);
  }
  return rmsNorm(graph, stream, width, weights.get(`${prefix}.norm.weight`, [width]));
}

/** RMSNorm over the last axis; without a gain when `gain` is left out. */
export function rmsNorm(graph: Graph, x: string, width: number, gain?: Float32Array, name?: string): string {
  const gains = graph.constant(gain ?? new Float32Array(width).fill(1), [width]);
  return graph.node('SimplifiedLayerNormalization', [x, gains], { axis: -1, epsilon: { float: fuserEpsilon }, stash_type: 1 }, name);
}

/** x / |x| over the last axis. */
export function unitLength(graph: Graph, x: string, name: string): string {
  return graph.node('LpNormalization', [x], { axis: -1, p: 2 }, name);
}
