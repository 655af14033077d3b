import '../onnx/noTelemetry.js';
import { Tensor } from '../onnx/runtime.js';
import type { FuserShape } from '../bundle/manifest.js';
import type { Runner } from '../onnx/runner.js';
import type { Tokenizer } from '../tokenizer.js';
import type { FusedVectors } from '../types.js';
import { fitRows, meanVector, quantise } from './vectors.js';

/** Weights that a run of full chunks multiplies by at most, all chunks together: some 40 ms on two cores. */
const weightsPerRun = 12e6;

/** Chunks a run: fixed for a bundle, so that a blob's vectors never depend on what else is queued, and few, so that completions need not wait. */
export function chunksPerRun({ layers, width, mlp }: FuserShape): number {
  return Math.max(1, Math.min(8, Math.round(weightsPerRun / (layers * width * (4 * width + 2 * mlp)))));
}

/** Vectors of the last texts asked about: all keys of a line ask with the same one. */
const queriesKept = 16;

/** Each method is a job for the queue: it yields between runs of the model. */
export interface Fuser {
  fuseBlob(chunks: string[]): AsyncGenerator<void, { chunks: FusedVectors[]; file: FusedVectors }>;
  fuseDirectory(children: { name: string; vectors: FusedVectors }[]): AsyncGenerator<void, FusedVectors>;
  embedQuery(text: string): AsyncGenerator<void, Float32Array>;
}

export interface FuserParts {
  shape: FuserShape;
  pad: number;
  /** [vocab · width]: fuser.embed_tokens.weight */
  embedding: Float32Array;
  tokenizer: Tokenizer;
  chunkGraph: Runner;
  nodeGraph: Runner;
}

interface Encoded {
  /** [ceil(n / sliceTokens) · memoryDim] */
  memory: Float32Array;
  key: Float32Array;
  query: Float32Array;
}

export function createFuser({ shape, pad, embedding, tokenizer, chunkGraph, nodeGraph }: FuserParts): Fuser {
  const { memoryDim, keyDim, sliceTokens, chunkTokens, width, fileVectors, directoryVectors, nodeRows } = shape;
  const together = chunksPerRun(shape);
  const queries = new Map<string, Float32Array>();

  /** Runs chunks of token ids side by side; a chunk without tokens counts as one padding token, longer ones lose their end. */
  async function encode(chunks: number[][]): Promise<Encoded[]> {
    const cut = chunks.map((ids) => (ids.length === 0 ? [pad] : ids.slice(0, chunkTokens)));
    const longest = Math.max(...cut.map((ids) => ids.length));
    const length = Math.ceil(longest / sliceTokens) * sliceTokens;
    const padded = new BigInt64Array(cut.length * length).fill(BigInt(pad));
    for (const [b, ids] of cut.entries()) for (const [t, id] of ids.entries()) padded[b * length + t] = BigInt(id);
    const out = await chunkGraph.run({
      ids: new Tensor('int64', padded, [cut.length, length]),
      lengths: new Tensor('int64', BigInt64Array.from(cut, (ids) => BigInt(ids.length)), [cut.length]),
    });
    const [memory, key, query] = [out('memory'), out('key'), out('query')];
    const slices = length / sliceTokens;
    return cut.map((ids, b) => ({
      memory: memory.slice(b * slices * memoryDim, (b * slices + Math.ceil(ids.length / sliceTokens)) * memoryDim),
      key: key.slice(b * keyDim, (b + 1) * keyDim),
      query: query.slice(b * keyDim, (b + 1) * keyDim),
    }));
  }

  async function fuseNode(rows: Float32Array[], queries: number[]): Promise<FusedVectors> {
    const rowDim = memoryDim + width;
    const fitted = fitRows(rows, nodeRows, rowDim);
    const flat = new Float32Array(fitted.length * rowDim);
    for (const [r, row] of fitted.entries()) flat.set(row, r * rowDim);
    const out = await nodeGraph.run({
      rows: new Tensor('float32', flat, [fitted.length, rowDim]),
      queries: new Tensor('int64', BigInt64Array.from(queries, BigInt), [queries.length]),
    });
    return quantise(out('memory'), memoryDim, out('key'));
  }

  /** Row of a part: [mean of its memory vectors ; mean embedding of its name's tokens]. */
  function partRow(vectors: FusedVectors, name: number[]): Float32Array {
    const row = new Float32Array(memoryDim + width);
    row.set(meanVector(vectors, memoryDim));
    for (const id of name) for (let i = 0; i < width; i++) row[memoryDim + i]! += embedding[id * width + i]! / name.length;
    return row;
  }

  const sequence = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

  return {
    async *fuseBlob(texts) {
      const ids = await tokenizer.encodeBatch(texts);
      const chunks: FusedVectors[] = [];
      for (let at = 0; at < ids.length; at += together) {
        for (const { memory, key } of await encode(ids.slice(at, at + together))) chunks.push(quantise(memory, memoryDim, key));
        yield;
      }
      const file = await fuseNode(chunks.map((vectors) => partRow(vectors, [])), sequence(0, fileVectors));
      return { chunks, file };
    },
    async *fuseDirectory(children) {
      const names = await tokenizer.encodeBatch(children.map((child) => child.name));
      const rows = children.map((child, i) => partRow(child.vectors, names[i]!));
      return fuseNode(rows, sequence(fileVectors, directoryVectors));
    },
    async *embedQuery(text) {
      const end = text.slice(-chunkTokens * 12);
      let query = queries.get(end);
      if (query === undefined) {
        const ids = await tokenizer.encode(end);
        query = (await encode([ids.slice(-chunkTokens)]))[0]!.query;
        queries.set(end, query);
        if (queries.size > queriesKept) queries.delete(queries.keys().next().value!);
      }
      return query.slice();
    },
  };
}
