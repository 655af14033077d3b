import type { FuserShape, GeneratorShape, PointerShape } from '../bundle/manifest.js';
import type { Weights } from '../bundle/read.js';
import { fuserEpsilon } from './encoder.js';
import { createGraph, type Graph } from './graph.js';
import { linear } from './linear.js';

/** A token is known by itself and the two before it. */
const places = 3;

/**
 * Builds the graph that makes the keys of tokens that may be copied:
 *
 *     key = Wk · [f(token) ; f(before) ; f(before2) ; memory vector],   f(x) = table[x] / rms(table[x]), f(pad) = 0
 *
 * The product of the token table with each third of Wk is a constant, which ONNX Runtime computes once at opening.
 *
 * Inputs
 *   tokens  int64 [Q]            tokens that may be copied (Q ≥ 0)
 *   before  int64 [Q]            the token before each in its own text; pad where there is none
 *   before2 int64 [Q]            the one before that
 *   memory  f32 [M, memoryDim]   memory vectors (M ≥ 0)
 *   vector  int64 [Q]            which vector stands for the token's slice: 0 for none, v + 1 for memory row v
 * Outputs
 *   keys    f32 [Q, pointer.dim]
 */
export function buildPointer({ dim }: Pick<PointerShape, 'dim'>, { width, memoryDim }: FuserShape, vocab: number, pad: number, weights: Weights): Uint8Array {
  const graph = createGraph('pointer');
  const sources = ['tokens', 'before', 'before2'].map((name) => graph.input(name, 'int64', ['Q']));
  const memory = graph.input('memory', 'float32', ['M', memoryDim]);
  const vector = graph.input('vector', 'int64', ['Q']);

  const columns = places * width + memoryDim;
  const key = weights.get('pointer.key.weight', [dim, columns]);
  const table = graph.constant(unitRows(weights.get('fuser.embed_tokens.weight', [vocab, width]), width, pad), [vocab, width]);
  const seen = linear(graph, memory, part(key, columns, places * width, memoryDim), dim, memoryDim, 'float32');
  const rows = graph.node('Concat', [graph.constant(new Float32Array(dim), [1, dim]), seen], { axis: 0 });
  let sum = graph.node('Gather', [rows, vector], { axis: 0 });
  for (const [place, source] of sources.entries()) {
    const products = linear(graph, table, part(key, columns, place * width, width), dim, width, 'float32');
    const last = place === places - 1;
    sum = graph.node('Add', [sum, graph.node('Gather', [products, source], { axis: 0 })], {}, last ? 'keys' : undefined);
  }
  graph.output('keys', 'float32', ['Q', dim]);
  return graph.bytes();
}

/**
 * Adds the mixture of writing and copying to the generator's graph, with inputs copyKeys [Q, dim], copyTokens [U],
 * copyKinds [Q] and copyMatches [W, Q] (see countMatches); the token of entry j is copyTokens[copyKinds[j]]:
 *
 *     score_j = (Wq · h) · key_j / √dim + (Wm · h + bias)[match_j]
 *     p(y) ∝ exp(logit_y) + Σ over j with token_j = y of exp(score_j)
 *
 * logits [W, vocab], states h [W, width]; the value `name` [W, vocab] becomes log p.
 */
export function mixPointer(graph: Graph, logits: string, states: string, { width, vocab }: GeneratorShape, { dim, matchTokens }: PointerShape, weights: Weights, name: string): void {
  const keys = graph.input('copyKeys', 'float32', ['Q', dim]);
  const tokens = graph.input('copyTokens', 'int64', ['U']);
  const tokenOf = graph.input('copyKinds', 'int64', ['Q']);
  const matches = graph.input('copyMatches', 'int32', ['W', 'Q']);
  const query = linear(graph, states, weights.get('pointer.query.weight', [dim, width]).map((value) => value / Math.sqrt(dim)), dim, width, 'float32');
  const kinds = 2 * (matchTokens + 1);
  const worth = linear(graph, states, weights.get('pointer.match.weight', [kinds, width]), kinds, width, 'float32', weights.get('pointer.match.bias', [kinds]));
  const scores = graph.node('Add', [graph.node('Gemm', [query, keys], { transB: 1 }), graph.node('GatherElements', [worth, matches], { axis: 1 })]);

  // One softmax over everything that can be said, then copies are added to the tokens they are copies of: to those alone,
  // since a pass over the vocabulary costs more than the whole pointer.
  const all = graph.node('LogSoftmax', [graph.node('Concat', [logits, scores], { axis: 1 })], { axis: -1 });
  const shapeOf = (...extents: number[]): string => graph.constant(extents, [extents.length]);
  const written = graph.node('Slice', [all, shapeOf(0), shapeOf(vocab), shapeOf(1)]);
  const copied = graph.node('Exp', [graph.node('Slice', [all, shapeOf(vocab), shapeOf(2 ** 40), shapeOf(1)])]);
  const each = (indexes: string, rowsLike: string): string => graph.node('Expand', [graph.node('Unsqueeze', [indexes, shapeOf(0)]), graph.node('Shape', [rowsLike])]);
  const alone = graph.node('Gather', [written, tokens], { axis: 1 });
  const sums = graph.node('ScatterElements', [graph.node('Exp', [alone]), each(tokenOf, copied), copied], { axis: 1, reduction: { text: 'add' } });
  // Where exp() vanishes the logarithm of the token written is still known.
  graph.node('ScatterElements', [written, each(tokens, alone), graph.node('Max', [alone, graph.node('Log', [sums])])], { axis: 1 }, name);
}

/** Rows divided by their root mean square, and zeros for `pad`. */
function unitRows(table: Float32Array, width: number, pad: number): Float32Array {
  const unit = new Float32Array(table.length);
  for (let start = 0; start < table.length; start += width) {
    if (start === pad * width) continue;
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += table[i]! ** 2;
    const scale = 1 / Math.sqrt(squares / width + fuserEpsilon);
    for (let i = start; i < start + width; i++) unit[i] = table[i]! * scale;
  }
  return unit;
}

/** Columns `first` up to `first + count` of a matrix, by rows. */
function part(matrix: Float32Array, columns: number, first: number, count: number): Float32Array {
  const rows = matrix.length / columns;
  const chosen = new Float32Array(rows * count);
  for (let r = 0; r < rows; r++) chosen.set(matrix.subarray(r * columns + first, r * columns + first + count), r * count);
  return chosen;
}
