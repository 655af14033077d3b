/**
 * Which vectors enter the prompt, in the order the generator was trained with: the leaves of the best chunks, best
 * chunk first, then the nodes of the best files, then of the best directory; at most `budget` in all.
 */
import type { FusedVectors } from '../../models/types.js';
import type { Hit, TreeView } from '../../store/types.js';

/** Chunks whose leaves may enter, as in training. */
const CHUNKS = 8;
const FILES = 2;

export interface Memory {
  vectors: FusedVectors[];
  /** The nodes used, with how many vectors of each entered. */
  nodes: { hit: Hit; vectors: number }[];
}

function cut(fused: FusedVectors, count: number): FusedVectors {
  const have = fused.scales.length;
  if (have <= count) return fused;
  return { memory: fused.memory.subarray(0, (fused.memory.length / have) * count), scales: fused.scales.subarray(0, count), key: fused.key };
}

/** Nodes of the files the best chunks stand in come with the files that were hits themselves. */
function bestFiles(view: TreeView, hits: readonly Hit[]): Hit[] {
  const files = new Map<string, Hit>();
  for (const hit of hits) {
    if (hit.kind === 'directory' || files.has(hit.path)) continue;
    const file = view.file(hit.path);
    if (file) files.set(hit.path, { kind: 'file', id: file.id, path: hit.path, score: hit.score });
  }
  return [...files.values()].slice(0, FILES);
}

export function assembleMemory(view: TreeView, hits: readonly Hit[], budget: number, shapes: { fileVectors: number; directoryVectors: number }): Memory {
  const memory: Memory = { vectors: [], nodes: [] };
  if (budget <= 0) return memory;
  const files = bestFiles(view, hits);
  const directories = hits.filter((hit) => hit.kind === 'directory').slice(0, 1);
  const reserved = files.length * shapes.fileVectors + directories.length * shapes.directoryVectors;
  let left = budget;
  const take = (hit: Hit, room: number): void => {
    const fused = cut(view.vectors(hit), Math.min(room, left));
    if (fused.scales.length === 0) return;
    left -= fused.scales.length;
    memory.vectors.push(fused);
    memory.nodes.push({ hit, vectors: fused.scales.length });
  };
  for (const hit of hits.filter((one) => one.kind === 'chunk').slice(0, CHUNKS)) take(hit, left - reserved);
  for (const hit of [...files, ...directories]) take(hit, left);
  return memory;
}
