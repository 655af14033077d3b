import type { GeneratorShape, PointerShape } from '../bundle/manifest.js';
import type { Weights } from '../bundle/read.js';
import { createGraph, type Graph } from './graph.js';
import { cast, linear, linearPerRow, stack, weight, type Arithmetic } from './linear.js';
import { mixPointer } from './pointer.js';

/**
 * Builds the graph of a Llama- or Qwen2-shaped generator (grouped queries, rotary positions by halves, RMSNorm, SwiGLU).
 *
 * Inputs
 *   ids       int64 [N]             tokens (N ≥ 1)
 *   memory    f32 [M, memoryDim]    memory vectors (M ≥ 1, a zero row when there are none; absent without a projector)
 *   order     int64 [T]             the T rows to run, as indexes into [embedding(ids) ; projector(memory)]
 *   positions int64 [T]
 *   mask      f32 [T, P + T]        added to the attention scores: 0 where row t may look, elsewhere as low as −30,000
 *   past      f32 [P, layers · 2 · kvDim]   keys and values of earlier rows, one row a token, layer by layer, key then value
 *   want      int64 [W]             rows whose next token is asked for (W ≥ 1)
 *   copyKeys  f32 [Q, pointer.dim]  keys of what may be copied, made by the graph `pointer` (Q ≥ 0; all four absent
 *   copyTokens int64 [U]            without a pointer), the distinct tokens among it,
 *   copyKinds int64 [Q]             which of them each is
 *   copyMatches int32 [W, Q]        see countMatches
 * Outputs
 *   logProbs  f32 [W, vocab]        natural logarithms of the next token's probabilities, copied ones included
 *   fresh     f32 [T, layers · 2 · kvDim]   the new rows of `past`, and only they: every output is copied
 *
 * With float16 the layers and the head compute in it; rotations, the softmax over tokens and the pointer stay in float32.
 */
export function buildGenerator(shape: GeneratorShape, memoryDim: number | null, weights: Weights, arithmetic: Arithmetic, pointer?: PointerShape): Uint8Array {
  const { layers, width, heads, kvHeads, headDim, mlp, vocab, rmsEps } = shape;
  const kvDim = kvHeads * headDim;
  const queryDim = heads * headDim;
  const graph = createGraph('generator');
  const ids = graph.input('ids', 'int64', ['N']);
  const memory = memoryDim === null ? null : graph.input('memory', 'float32', ['M', memoryDim]);
  const order = graph.input('order', 'int64', ['T']);
  const positions = graph.input('positions', 'int64', ['T']);
  const mask = graph.input('mask', 'float32', ['T', 'S']);
  const past = graph.input('past', 'float32', ['P', layers * 2 * kvDim]);
  const want = graph.input('want', 'int64', ['W']);

  /** From float32 to what the layers compute in, and back. */
  const narrow = (x: string): string => (arithmetic === 'float16' ? cast(graph, x, 'float16') : x);
  const widen = (x: string): string => (arithmetic === 'float16' ? cast(graph, x, 'float32') : x);
  const gain = (name: string): string => weight(graph, weights.get(name, [width]), [width], arithmetic);

  const embedding = weights.get('model.embed_tokens.weight', [vocab, width]);
  const table = weight(graph, embedding, [vocab, width], arithmetic, 'embedding');
  let rows = graph.node('Gather', [table, ids], { axis: 0 });
  if (memory !== null && memoryDim !== null) rows = graph.node('Concat', [rows, projector(graph, narrow(memory), memoryDim, width, weights, arithmetic)], { axis: 0 });
  const shapeOf = (...extents: number[]): string => graph.constant(extents, [extents.length]);
  const one = (x: string): string => graph.node('Unsqueeze', [x, shapeOf(0)]);
  // All along a batch of one, [1, T, ..], as attention wants it: adding and dropping that axis in each layer is a fifth of the nodes.
  let stream = graph.node('Gather', [rows, one(order)], { axis: 0 });

  const [cosines, sines] = rotations(graph, positions, shape).map(narrow) as [string, string];
  const scoreMask = graph.node('Unsqueeze', [narrow(mask), graph.constant([0, 1], [2])]);
  const before = splitEvenly(graph, one(narrow(past)), layers * 2, kvDim);
  const fresh: string[] = [];

  let normed = graph.node('SimplifiedLayerNormalization', [stream, gain('model.layers.0.input_layernorm.weight')], { axis: -1, epsilon: { float: rmsEps }, stash_type: 1 });
  for (let layer = 0; layer < layers; layer++) {
    const name = `model.layers.${layer}`;
    const parts = [['q', queryDim], ['k', kvDim], ['v', kvDim]] as const;
    const qkvWeight = stack(...parts.map(([part, rowsOf]) => weights.get(`${name}.self_attn.${part}_proj.weight`, [rowsOf, width])));
    const qkvBias = shape.attentionBias ? stack(...parts.map(([part, rowsOf]) => weights.get(`${name}.self_attn.${part}_proj.bias`, [rowsOf]))) : undefined;
    const qkv = linear(graph, normed, qkvWeight, queryDim + 2 * kvDim, width, arithmetic, qkvBias);
    const [turning, value] = graph.nodes('Split', [qkv, shapeOf(queryDim + kvDim, kvDim)], 2, { axis: 2 }) as [string, string];
    const turned = graph.node('RotaryEmbedding', [turning, cosines, sines], { interleaved: 0, num_heads: heads + kvHeads });
    const [query, key] = graph.nodes('Split', [turned, shapeOf(queryDim, kvDim)], 2, { axis: 2 }) as [string, string];
    fresh.push(key, value);
    const keys = graph.node('Concat', [before[2 * layer]!, key], { axis: 1 });
    const values = graph.node('Concat', [before[2 * layer + 1]!, value], { axis: 1 });
    const attended = graph.node('Attention', [query, keys, values, scoreMask], {
      q_num_heads: heads, kv_num_heads: kvHeads, scale: { float: 1 / Math.sqrt(headDim) },
    });
    const mixed = linear(graph, attended, weights.get(`${name}.self_attn.o_proj.weight`, [width, queryDim]), width, queryDim, arithmetic);
    [normed, stream] = addAndNorm(graph, mixed, stream, gain(`${name}.post_attention_layernorm.weight`), rmsEps);
    const wide = linear(graph, normed, stack(weights.get(`${name}.mlp.gate_proj.weight`, [mlp, width]), weights.get(`${name}.mlp.up_proj.weight`, [mlp, width])), 2 * mlp, width, arithmetic);
    const [gate, up] = graph.nodes('Split', [wide], 2, { axis: 2, num_outputs: 2 }) as [string, string];
    const down = linearPerRow(graph, graph.node('Mul', [silu(graph, gate), up]), weights.get(`${name}.mlp.down_proj.weight`, [width, mlp]), width, mlp, arithmetic);
    const next = layer + 1 < layers ? `model.layers.${layer + 1}.input_layernorm.weight` : 'model.norm.weight';
    [normed, stream] = addAndNorm(graph, down, stream, gain(next), rmsEps);
  }
  graph.node('Squeeze', [widen(joinAll(graph, fresh)), shapeOf(0)], {}, 'fresh');
  graph.output('fresh', 'float32', ['T', layers * 2 * kvDim]);

  const chosen = graph.node('Gather', [graph.node('Squeeze', [normed, shapeOf(0)]), want], { axis: 0 });
  const head = shape.tied ? embedding : weights.get('lm_head.weight', [vocab, width]);
  const logits = widen(shape.tied && arithmetic !== 'int8'
    ? graph.node('Gemm', [chosen, table], { transB: 1 })
    : linear(graph, chosen, head, vocab, width, arithmetic));
  if (pointer === undefined) graph.node('LogSoftmax', [logits], { axis: -1 }, 'logProbs');
  else mixPointer(graph, logits, widen(chosen), shape, pointer, weights, 'logProbs');
  graph.output('logProbs', 'float32', ['W', vocab]);
  return graph.bytes();
}

/** WebGPU binds 16 buffers to a shader: a node joins or splits into one fewer, and more go through a second level. */
const mostParts = 15;

/** [1, P, count · extent] → `count` tensors of [1, P, extent]. */
function splitEvenly(graph: Graph, x: string, count: number, extent: number): string[] {
  if (count <= mostParts) return graph.nodes('Split', [x], count, { axis: 2, num_outputs: count });
  const sizes = groupsOf(Array.from({ length: count }, () => extent));
  const groups = graph.nodes('Split', [x, graph.constant(sizes.map((each) => each.length * extent), [sizes.length])], sizes.length, { axis: 2 });
  return groups.flatMap((group, i) => splitEvenly(graph, group, sizes[i]!.length, extent));
}

/** Concatenates along the last axis of three. */
function joinAll(graph: Graph, parts: string[]): string {
  const groups = parts.length <= mostParts ? [] : groupsOf(parts);
  return graph.node('Concat', groups.length === 0 ? parts : groups.map((group) => joinAll(graph, group)), { axis: 2 });
}

/** Consecutive groups of `mostParts`, the last maybe shorter. */
function groupsOf<T>(parts: T[]): T[][] {
  return Array.from({ length: Math.ceil(parts.length / mostParts) }, (_, i) => parts.slice(i * mostParts, (i + 1) * mostParts));
}

/** fc2(silu(fc1(m))): [M, memoryDim] → [M, width] */
function projector(graph: Graph, memory: string, memoryDim: number, width: number, weights: Weights, arithmetic: Arithmetic): string {
  const first = linear(graph, memory, weights.get('projector.fc1.weight', [width, memoryDim]), width, memoryDim, arithmetic, weights.get('projector.fc1.bias', [width]));
  return linear(graph, silu(graph, first), weights.get('projector.fc2.weight', [width, width]), width, width, arithmetic, weights.get('projector.fc2.bias', [width]));
}

/** Cosines and sines [1, T, headDim / 2] of every row's rotation, computed once a run. */
function rotations(graph: Graph, positions: string, { headDim, ropeTheta }: GeneratorShape): [string, string] {
  const half = headDim / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => ropeTheta ** (-i / half));
  const column = graph.node('Unsqueeze', [cast(graph, positions, 'float32'), graph.constant([0, 2], [2])]);
  const angles = graph.node('Mul', [column, graph.constant(frequencies, [1, 1, half])]);
  return [graph.node('Cos', [angles]), graph.node('Sin', [angles])];
}

function silu(graph: Graph, x: string): string {
  return graph.node('QuickGelu', [x], { alpha: { float: 1 } });
}

/** [norm(x + residual), x + residual] */
function addAndNorm(graph: Graph, x: string, residual: string, gains: string, epsilon: number): [string, string] {
  const sum = graph.nodes('SkipSimplifiedLayerNormalization', [x, residual, gains], 4, { epsilon: { float: epsilon } }, [1, 2]);
  return [sum[0]!, sum[3]!];
}
