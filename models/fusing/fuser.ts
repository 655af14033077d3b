import '../onnx/noTelemetry.js';
import { Tensor } from '../onnx/runtime.js';
import type { FuserShape } from '../bundle/manifest.js';
import type { Runner } from '../onnx/runner.js';
import type { Tokenizer } from '../tokenizer.js';
import type { ChunkToFuse, FusedVectors } from '../types.js';
import { fitRows, meanVector, quantise } from './vectors.js';

/** Vectors of the last texts asked about: all keys of a line ask with the same one. */
const queriesKept = 16;

/** Each method is a job for the queue: it yields between runs of the model. */
export interface Fuser {
  fuseBlob(chunks: ChunkToFuse[]): AsyncGenerator<void, { chunks: FusedVectors[]; file: FusedVectors }>;
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
  const { memoryDim, sliceTokens, chunkTokens, width, fileVectors, directoryVectors, nodeRows } = shape;
  const queries = new Map<string, Float32Array>();

  /**
   * One chunk a run, so that its vectors depend on nothing but its own text: they hold wherever that text stands, and a
   * completion never waits for more than one. No tokens count as one padding token, and what is too long loses its end.
   */
  async function encode(all: number[]): Promise<Encoded> {
    const ids = all.length === 0 ? [pad] : all.slice(0, chunkTokens);
    const slices = Math.ceil(ids.length / sliceTokens);
    const padded = new BigInt64Array(slices * sliceTokens).fill(BigInt(pad));
    for (const [t, id] of ids.entries()) padded[t] = BigInt(id);
    const out = await chunkGraph.run({
      ids: new Tensor('int64', padded, [1, padded.length]),
      lengths: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
    });
    return { memory: out('memory'), key: out('key'), query: out('query') };
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
    async *fuseBlob(all) {
      const ids = await tokenizer.encodeBatch(all.filter((chunk) => typeof chunk === 'string'));
      const chunks: FusedVectors[] = [];
      for (const chunk of all) {
        if (typeof chunk !== 'string') {
          chunks.push(chunk);
          continue;
        }
        const { memory, key } = await encode(ids.shift()!);
        chunks.push(quantise(memory, memoryDim, key));
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
        query = (await encode(ids.slice(-chunkTokens))).query;
        queries.set(end, query);
        if (queries.size > queriesKept) queries.delete(queries.keys().next().value!);
      }
      return query.slice();
    },
  };
}
