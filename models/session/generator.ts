import '../onnx/noTelemetry.js';
import { Tensor } from '../onnx/runtime.js';
import type { GeneratorShape, SpecialTokens } from '../bundle/manifest.js';
import type { Runner } from '../onnx/runner.js';
import { countMatches } from '../pointable.js';
import type { KeyValueCache } from './keyValueCache.js';
import type { Copies } from './pointer.js';
import type { DraftTree } from './tree.js';

export interface GeneratorRun {
  /** Log-probabilities [vocab] of the token after the last row of the sequence. */
  next: Float32Array;
  /** The same after each node of the tree. */
  after: (node: number) => Float32Array;
  /** New cache rows: the sequence's, then the tree's. */
  fresh: Float32Array;
}

/** What stands beside a prompt's tokens, the same in each of its runs. */
export interface Given {
  /** [M · memoryDim] */
  memory: Float32Array;
  /** Rows of the prompt that take no position of their own: the mark of memory and its vectors. */
  memoryRows: { at: number; count: number };
  /** What may be copied; null for a model without a pointer, and only then. */
  copies: Copies | null;
}

export interface Generator {
  readonly rowFloats: number;
  /**
   * Runs a sequence of rows (tokens, or −1 − m for memory vector m) after those cached, and a tree of drafts after
   * the sequence. The cache is not changed. The sequence may be empty only when the tree is not.
   */
  run(cache: KeyValueCache, sequence: number[], given: Given, tree: DraftTree): Promise<GeneratorRun>;
}

/** Added to scores that must not count; float16 holds it. */
const blocked = -3e4;

export function createGenerator(graph: Runner, shape: GeneratorShape, memoryDim: number | null, special: SpecialTokens): Generator {
  const rowFloats = shape.layers * 2 * shape.kvHeads * shape.headDim;
  const int64 = (values: number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  return {
    rowFloats,
    async run(cache, sequence, { memory, memoryRows, copies }, tree) {
      const past = cache.keys.length;
      const rows = [...sequence, ...tree.tokens];
      const ids = rows.filter((row) => row >= 0);
      if (ids.length === 0) ids.push(0);
      let tokens = 0;
      const order = rows.map((row) => (row >= 0 ? tokens++ : ids.length - 1 - row));
      const places = [...sequence.map((_, t) => past + t), ...tree.depths.map((depth) => past + sequence.length + depth - 1)];
      const positions = places.map((place) => positionOf(place, memoryRows));
      const want = [...(sequence.length > 0 ? [sequence.length - 1] : []), ...tree.tokens.map((_, node) => sequence.length + node)];
      const feeds: Record<string, Tensor> = {
        ids: int64(ids),
        order: int64(order),
        positions: int64(positions),
        mask: new Tensor('float32', attentionMask(past, sequence.length, tree), [rows.length, past + rows.length]),
        past: new Tensor('float32', cache.past(), [past, rowFloats]),
        want: int64(want),
      };
      if (memoryDim !== null) {
        const used = sequence.some((row) => row < 0) ? memory : new Float32Array(memoryDim);
        feeds['memory'] = new Tensor('float32', used, [used.length / memoryDim, memoryDim]);
      }
      if (copies !== null) {
        const matches = new Int32Array(want.length * copies.entries.tokens.length);
        for (const [w, row] of want.entries()) {
          const path = row < sequence.length ? sequence.slice(0, row + 1) : [...sequence, ...pathTo(tree, row - sequence.length)];
          countMatches(textBefore(cache.keys, path, special, copies.matchTokens), copies.entries, copies.matchTokens, matches, w * copies.entries.tokens.length);
        }
        Object.assign(feeds, { copyKeys: copies.keys, copyTokens: copies.tokens, copyKinds: copies.kinds, copyMatches: new Tensor('int32', matches, [want.length, copies.entries.tokens.length]) });
      }
      const out = await graph.run(feeds);
      const logProbs = out('logProbs');
      const first = sequence.length > 0 ? 1 : 0;
      const at = (row: number): Float32Array => logProbs.subarray(row * shape.vocab, (row + 1) * shape.vocab);
      return { next: at(0), after: (node) => at(first + node), fresh: out('fresh') };
    },
  };
}

/** Memory stands where the last row before it does: what is written is as near to that row as without memory. */
export function positionOf(place: number, { at, count }: Given['memoryRows']): number {
  return place < at ? place : place < at + count ? Math.max(0, at - 1) : place - count;
}

/** The tokens on the way to a node of a tree, its own last. */
function pathTo(tree: DraftTree, node: number): number[] {
  const path: number[] = [];
  for (let each = node; each >= 0; each = tree.parents[each]!) path.unshift(tree.tokens[each]!);
  return path;
}

/** At most `count` tokens of text that end `rows` followed by `path`, last first: memory is passed over, other marks end it. */
function textBefore(rows: readonly number[], path: readonly number[], { mid, mem, pre, suf, snip, file }: SpecialTokens, count: number): number[] {
  const text: number[] = [];
  for (let i = rows.length + path.length - 1; i >= 0 && text.length < count; i--) {
    const row = i >= rows.length ? path[i - rows.length]! : rows[i]!;
    if (row < 0 || row === mid || row === mem) continue;
    if (row === pre || row === suf || row === snip || row === file) break;
    text.push(row);
  }
  return text;
}

/** [rows, past + rows]: the sequence is causal; a node of the tree sees the past, the sequence, its ancestors and itself. */
export function attentionMask(past: number, sequence: number, tree: DraftTree): Float32Array {
  const rows = sequence + tree.tokens.length;
  const columns = past + rows;
  const mask = new Float32Array(rows * columns);
  for (let t = 0; t < sequence; t++) mask.fill(blocked, t * columns + past + t + 1, (t + 1) * columns);
  for (let node = 0; node < tree.tokens.length; node++) {
    const start = (sequence + node) * columns;
    mask.fill(blocked, start + past + sequence, start + columns);
    for (let each = node; each >= 0; each = tree.parents[each]!) mask[start + past + sequence + each] = 0;
  }
  return mask;
}
