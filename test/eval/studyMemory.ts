/** Memories other than the product's, for studies of its budget, its levels and its harm. */
import { gatherContext, NO_CONTEXT, type ContextSource, type PromptContext } from '../../daemon/complete/context.js';
import { ALL_LEVELS, bestFiles } from '../../daemon/complete/memory.js';
import { dequantise, fitRows, quantise } from '../../models/fusing/vectors.js';
import type { MemoryItem } from '../../models/types.js';
import type { Hit, TreeView } from '../../store/types.js';

export type Study =
  /** So many vectors at most, put together as a bundle of that budget would. */
  | { kind: 'budget'; vectors: number }
  /** File nodes alone; leaves alone; or in place of each file node the means of its leaves in as many even groups. */
  | { kind: 'level'; level: 'files' | 'leaves' | 'mean' }
  /** What was retrieved for tasks of another repository. */
  | { kind: 'foreign' }
  /** What was retrieved for other tasks of the repository, without nodes of the edited file. */
  | { kind: 'shuffled' };

export type MemorySource = ContextSource;

interface Place {
  path: string;
  prefix: string;
}

const LEVELS = {
  files: { leaves: false, files: true, directories: false },
  leaves: { leaves: true, files: false, directories: false },
} as const;

/** The memory of a budget, a level, or (by default) the product. */
export async function ownMemory(source: MemorySource, { path, prefix }: Place, study?: Study): Promise<PromptContext> {
  const budget = study?.kind === 'budget' ? study.vectors : undefined;
  if (budget === 0) return NO_CONTEXT;
  const level = study?.kind === 'level' ? study.level : undefined;
  const context = await gatherContext(
    source,
    { kind: 'memory', path, prefix, pastedTokens: 0, levels: level === undefined ? ALL_LEVELS : LEVELS[level === 'mean' ? 'files' : level], ...(budget !== undefined && { budget }) },
    { allowed: 10_000 },
  );
  if (level !== 'mean') return context;
  const files = bestFiles(source.view, context.retrieval?.hits ?? []);
  return withPieces(context, files.map((hit) => ({ hit, item: meansOfLeaves(source, hit) })));
}

/** The leaves of a file as even means: as many vectors as its node has, or one a leaf where there are fewer. */
function meansOfLeaves({ inference, view }: MemorySource, file: Hit): MemoryItem {
  const { memoryDim, keyDim, fileVectors } = inference.shapes;
  const leaves = view.chunksOf(file.path).flatMap((chunk) => {
    const { memory, scales } = view.vectors(chunk);
    const values = dequantise(memory, scales, memoryDim);
    return Array.from(scales, (_, v) => values.subarray(v * memoryDim, (v + 1) * memoryDim));
  });
  const means = fitRows(leaves, fileVectors, memoryDim);
  const { memory, scales } = quantise(Float32Array.from(means.flatMap((mean) => [...mean])), memoryDim, new Float32Array(keyDim));
  return { memory, scales };
}

/**
 * A memory of `count` vectors out of other tasks' memories, taken in their order, the best nodes first.
 * @param allowed which nodes may enter: never one of the edited file
 */
export function othersMemory(others: readonly PromptContext[], count: number, allowed: (hit: Hit) => boolean): PromptContext {
  const pieces: Piece[] = [];
  let left = count;
  for (const { nodes, memory } of others) {
    for (const [at, { hit }] of nodes.entries()) {
      if (left <= 0 || !allowed(hit)) continue;
      const item = firstVectors(memory[at]!, left);
      left -= item.scales.length;
      pieces.push({ hit, item });
    }
  }
  return withPieces(NO_CONTEXT, pieces);
}

interface Piece {
  hit: Hit;
  item: MemoryItem;
}

function withPieces(context: PromptContext, pieces: readonly Piece[]): PromptContext {
  return { ...context, memory: pieces.map(({ item }) => item), nodes: pieces.map(({ hit, item }) => ({ hit, vectors: item.scales.length })) };
}

function firstVectors(item: MemoryItem, count: number): MemoryItem {
  const have = item.scales.length;
  return have <= count ? item : { ...item, memory: item.memory.subarray(0, (item.memory.length / have) * count), scales: item.scales.subarray(0, count) };
}

export function vectorsIn({ memory }: PromptContext): number {
  return memory.reduce((sum, { scales }) => sum + scales.length, 0);
}

/** Nodes that may enter another place's memory: none of the file at that path, of a copy of it, nor of a folder above. */
export function besides(view: TreeView, path: string): (hit: Hit) => boolean {
  const oid = view.file(path)?.oid;
  return (hit) =>
    hit.kind === 'directory'
      ? hit.path !== '' && !path.startsWith(`${hit.path}/`)
      : hit.path !== path && (oid === undefined || view.file(hit.path)?.oid !== oid);
}
