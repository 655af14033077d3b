/**
 * The models written out as plain loops over rows, straight from their definitions: the other side of the parity tests.
 * Slow, double precision, no cache.
 */
import type { FuserShape, GeneratorShape } from '../../models/bundle/manifest.js';
import { toFloat32, type Tensors } from '../../models/bundle/safetensors.js';

type Row = number[];

function tensor(tensors: Tensors, name: string): Float32Array {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`no tensor ${name}`);
  return toFloat32(found);
}

function times(weight: Float32Array, x: Row, bias?: Float32Array): Row {
  const rows = weight.length / x.length;
  return Array.from({ length: rows }, (_, r) => x.reduce((sum, value, c) => sum + value * weight[r * x.length + c]!, bias?.[r] ?? 0));
}

function rms(x: Row, epsilon: number, gain?: Float32Array): Row {
  const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + epsilon);
  return x.map((value, i) => value * scale * (gain?.[i] ?? 1));
}

const unit = (x: Row): Row => x.map((value) => value / Math.sqrt(x.reduce((sum, each) => sum + each * each, 0)));
const plus = (a: Row, b: Row): Row => a.map((value, i) => value + b[i]!);
const silu = (x: number): number => x / (1 + Math.exp(-x));
const meanOf = (rows: Row[]): Row => rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
const rowOf = (table: Float32Array, width: number, index: number): Row => Array.from(table.subarray(index * width, (index + 1) * width));

function attend(query: Row, keys: Row[], values: Row[]): Row {
  const scores = keys.map((key) => query.reduce((sum, value, i) => sum + value * key[i]!, 0) / Math.sqrt(query.length));
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((sum, each) => sum + each, 0);
  return values[0]!.map((_, i) => values.reduce((sum, value, row) => sum + (weights[row]! / total) * value[i]!, 0));
}

function rotate(x: Row, position: number, theta: number): Row {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = position * theta ** (-(i % half) / half);
    const other = i < half ? -x[i + half]! : x[i - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

export interface ReferenceInput {
  ids: number[];
  memory: number[][];
  order: number[];
  positions: number[];
}

/** Final normed states [T][width] of rows given by `order` into [embedding(ids) ; projector(memory)]; each row sees itself and those before it. */
export function referenceStates(tensors: Tensors, shape: GeneratorShape, input: ReferenceInput): number[][] {
  const get = (name: string): Float32Array => tensor(tensors, name);
  const { width, heads, kvHeads, headDim, rmsEps } = shape;
  const embedding = get('model.embed_tokens.weight');
  const sources = [
    ...input.ids.map((id) => rowOf(embedding, width, id)),
    ...input.memory.map((m) => times(get('projector.fc2.weight'), times(get('projector.fc1.weight'), m, get('projector.fc1.bias')).map(silu), get('projector.fc2.bias'))),
  ];
  let stream = input.order.map((index) => sources[index]!);
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = `model.layers.${layer}`;
    const bias = (part: string): Float32Array | undefined => (shape.attentionBias ? get(`${name}.self_attn.${part}_proj.bias`) : undefined);
    const normed = stream.map((x) => rms(x, rmsEps, get(`${name}.input_layernorm.weight`)));
    const project = (part: string): Row[] => normed.map((x) => times(get(`${name}.self_attn.${part}_proj.weight`), x, bias(part)));
    const head = (rows: Row[], h: number, turn: boolean): Row[] =>
      rows.map((x, t) => (turn ? rotate(x.slice(h * headDim, (h + 1) * headDim), input.positions[t]!, shape.ropeTheta) : x.slice(h * headDim, (h + 1) * headDim)));
    const [queries, keys, values] = [project('q'), project('k'), project('v')] as [Row[], Row[], Row[]];
    const mixed = stream.map((): Row => []);
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor(h / (heads / kvHeads));
      const [q, k, v] = [head(queries, h, true), head(keys, kv, true), head(values, kv, false)];
      q.forEach((each, t) => mixed[t]!.push(...attend(each, k.slice(0, t + 1), v.slice(0, t + 1))));
    }
    stream = stream.map((x, t) => plus(x, times(get(`${name}.self_attn.o_proj.weight`), mixed[t]!)));
    stream = stream.map((x) => {
      const y = rms(x, rmsEps, get(`${name}.post_attention_layernorm.weight`));
      const up = times(get(`${name}.mlp.up_proj.weight`), y);
      return plus(x, times(get(`${name}.mlp.down_proj.weight`), times(get(`${name}.mlp.gate_proj.weight`), y).map((g, i) => silu(g) * up[i]!)));
    });
  }
  return stream.map((x) => rms(x, rmsEps, get('model.norm.weight')));
}

/** Logits [T][vocab] of the same rows. */
export function referenceLogits(tensors: Tensors, shape: GeneratorShape, input: ReferenceInput): number[][] {
  const head = tensor(tensors, shape.tied ? 'model.embed_tokens.weight' : 'lm_head.weight');
  return referenceStates(tensors, shape, input).map((state) => times(head, state));
}

/** A token that may be copied: it, the two before it (pad 0 where there is none) and its slice's vector, if any. */
export interface ReferenceEntry {
  context: [token: number, before: number, before2: number];
  vector: number[] | null;
}

/** Key [dim] of a token that may be copied. */
export function referenceKey(tensors: Tensors, { width, memoryDim }: FuserShape, { context, vector }: ReferenceEntry): number[] {
  const table = tensor(tensors, 'fuser.embed_tokens.weight');
  const seen = context.flatMap((id) => (id === 0 ? new Array<number>(width).fill(0) : rms(rowOf(table, width, id), 1e-6)));
  return times(tensor(tensors, 'pointer.key.weight'), [...seen, ...(vector ?? new Array<number>(memoryDim).fill(0))]);
}

/** log p [vocab] of writing (from logits) or copying (from keys [Q][dim] and the kinds of match [Q]) after a state. */
export function referenceMixture(tensors: Tensors, state: number[], logits: number[], entries: ReferenceEntry[], keys: number[][], matches: ArrayLike<number>): number[] {
  const query = times(tensor(tensors, 'pointer.query.weight'), state);
  const worth = times(tensor(tensors, 'pointer.match.weight'), state, tensor(tensors, 'pointer.match.bias'));
  const odds = logits.map(Math.exp);
  for (const [j, { context }] of entries.entries()) {
    odds[context[0]]! += Math.exp(query.reduce((sum, value, i) => sum + value * keys[j]![i]!, 0) / Math.sqrt(query.length) + worth[matches[j]!]!);
  }
  const total = odds.reduce((sum, each) => sum + each, 0);
  return odds.map((each) => Math.log(each / total));
}

function encode(tensors: Tensors, prefix: string, rows: Row[], layers: number, heads: number): Row[] {
  const get = (name: string): Float32Array => tensor(tensors, `${prefix}.${name}`);
  let stream = rows;
  const width = rows[0]!.length;
  const size = width / heads;
  for (let layer = 0; layer < layers; layer++) {
    const qkv = stream.map((x) => times(get(`layers.${layer}.qkv.weight`), rms(x, 1e-6, get(`layers.${layer}.attn_norm.weight`))));
    const mixed = stream.map((): Row => []);
    for (let h = 0; h < heads; h++) {
      const part = (offset: number): Row[] => qkv.map((x) => x.slice(offset * width + h * size, offset * width + (h + 1) * size));
      const [q, k, v] = [part(0), part(1), part(2)];
      q.forEach((each, t) => mixed[t]!.push(...attend(each, k, v)));
    }
    stream = stream.map((x, t) => plus(x, times(get(`layers.${layer}.o.weight`), mixed[t]!)));
    stream = stream.map((x) => {
      const wide = times(get(`layers.${layer}.fc1.weight`), rms(x, 1e-6, get(`layers.${layer}.mlp_norm.weight`)));
      return plus(x, times(get(`layers.${layer}.fc2.weight`), wide.map((value) => Math.max(value, 0) ** 2)));
    });
  }
  return stream.map((x) => rms(x, 1e-6, get('norm.weight')));
}

/** Memory [ceil(n / sliceTokens)][memoryDim], key and query [keyDim] of one chunk of n tokens. */
export function referenceFuse(tensors: Tensors, shape: FuserShape, ids: number[]): { memory: number[][]; key: number[]; query: number[] } {
  const get = (name: string): Float32Array => tensor(tensors, name);
  const rows = ids.map((id, t) => plus(rowOf(get('fuser.embed_tokens.weight'), shape.width, id), rowOf(get('fuser.positions.weight'), shape.width, t)));
  const hidden = encode(tensors, 'fuser', rows, shape.layers, shape.heads);
  const memory: number[][] = [];
  for (let at = 0; at < hidden.length; at += shape.sliceTokens) {
    memory.push(rms(times(get('fuser.memory.weight'), meanOf(hidden.slice(at, at + shape.sliceTokens))), 1e-6));
  }
  const whole = meanOf(hidden);
  return { memory, key: unit(times(get('fuser.key.weight'), whole)), query: unit(times(get('fuser.query.weight'), whole)) };
}

/** A file or directory node from its rows [n][memoryDim + width]. */
export function referenceNode(tensors: Tensors, shape: FuserShape, rows: number[][], queries: number[]): { memory: number[][]; key: number[] } {
  const get = (name: string): Float32Array => tensor(tensors, name);
  const sequence = [...queries.map((each) => rowOf(get('node.queries.weight'), shape.nodeWidth, each)), ...rows.map((row) => times(get('node.in.weight'), row))];
  const states = encode(tensors, 'node', sequence, shape.nodeLayers, shape.nodeHeads).slice(0, queries.length);
  return { memory: states.map((x) => rms(times(get('node.memory.weight'), x), 1e-6)), key: unit(times(get('node.key.weight'), meanOf(states))) };
}

export function logSoftmax(logits: number[]): number[] {
  const largest = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest;
  return logits.map((value) => value - total);
}
