import '../onnx/noTelemetry.js';
import { Tensor } from '../onnx/runtime.js';
import type { PointerShape } from '../bundle/manifest.js';
import type { Runner } from '../onnx/runner.js';
import { distinctTokens, tokenBefore, type Pointable } from '../pointable.js';

/** What the generator may copy while it answers one request. */
export interface Copies {
  /** f32 [Q, dim] */
  keys: Tensor;
  /** int64 [U] distinct tokens */
  tokens: Tensor;
  /** int64 [Q] which of them each entry is */
  kinds: Tensor;
  entries: Pointable;
  matchTokens: number;
}

export interface Pointer {
  /** Makes the keys of a prompt's pointable tokens; `memory` is [M · memoryDim]. */
  copies(prompt: { pointable: Pointable | null; memory: Float32Array }): Promise<Copies>;
}

const nothing: Pointable = { tokens: [], depths: [], vectors: [], above: [] };

export function createPointer(graph: Runner, { dim, matchTokens }: PointerShape, memoryDim: number, pad: number): Pointer {
  const int64 = (values: number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  return {
    async copies({ pointable, memory }) {
      const entries = pointable ?? nothing;
      const { tokens, vectors } = entries;
      const before = (back: number): Tensor => int64(tokens.map((_, j) => tokenBefore(entries, j, back, pad)));
      const out = await graph.run({
        tokens: int64(tokens),
        before: before(1),
        before2: before(2),
        memory: new Tensor('float32', memory, [memory.length / memoryDim, memoryDim]),
        vector: int64(vectors.map((vector) => vector + 1)),
      });
      const { distinct, kinds } = distinctTokens(tokens);
      return { keys: new Tensor('float32', out('keys'), [tokens.length, dim]), tokens: int64(distinct), kinds: int64(kinds), entries, matchTokens };
    },
  };
}
