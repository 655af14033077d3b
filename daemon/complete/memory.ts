/**
 * Which vectors enter the prompt, in the order the generator was trained with: the leaves of the best chunks, best
 * chunk first, then the nodes of the best files, then of the best directory; at most `budget` in all.
 */
import type { FusedVectors } from '../../models/types.js';
import type { Hit, TreeView } from '../../store/types.js';

/** Chunks whose leaves may enter, as in training; more where the budget holds more than eight vectors of each. */
const CHUNKS = 8;
const CHUNK_VECTORS = 8;
const FILES = 2;

/** Which levels of the hierarchy may enter. */
export interface Levels {
  leaves: boolean;
  files: boolean;
  directories: boolean;
}

export const ALL_LEVELS: Levels = { leaves: true, files: true, directories: true };

export interface Memory {
  vectors: FusedVectors[];
  /** The nodes used, with how many vectors of each entered. */
  nodes: { hit: Hit; vectors: number }[];
}

/** The first `count` vectors. */
function cut(fused: FusedVectors, count: number): FusedVectors {
  const have = fused.scales.length;
  if (have <= count) return fused;
  return { memory: fused.memory.subarray(0, (fused.memory.length / have) * count), scales: fused.scales.subarray(0, count), key: fused.key };
}

/** The files, at most two, whose nodes enter: those the best chunks stand in, and those that were hits themselves. */
export function bestFiles(view: TreeView, hits: readonly Hit[]): Hit[] {
  const files = new Map<string, Hit>();
  for (const hit of hits) {
    if (hit.kind === 'directory' || files.has(hit.path)) continue;
    const file = view.file(hit.path);
    if (file) files.set(hit.path, { kind: 'file', id: file.id, path: hit.path, score: hit.score });
  }
  return [...files.values()].slice(0, FILES);
}

/**
 * @param budget vectors in all; nodes take half of it at most, and the leaves what the nodes leave
 * @param levels what may enter: all but in studies
 */
export function assembleMemory(view: TreeView, hits: readonly Hit[], budget: number, shapes: { fileVectors: number; directoryVectors: number }, levels = ALL_LEVELS): Memory {
  const memory: Memory = { vectors: [], nodes: [] };
  const files = levels.files ? bestFiles(view, hits) : [];
  const directories = levels.directories ? hits.filter((hit) => hit.kind === 'directory').slice(0, 1) : [];
  const reserved = Math.min(Math.floor(budget / 2), files.length * shapes.fileVectors + directories.length * shapes.directoryVectors);
  const most = Math.max(CHUNKS, Math.ceil(budget / CHUNK_VECTORS));
  const chunks = levels.leaves ? hits.filter((hit) => hit.kind === 'chunk').slice(0, most) : [];
  let left = budget;
  const take = (hit: Hit, room: number): void => {
    if (room <= 0) return;
    const fused = cut(view.vectors(hit), room);
    if (fused.scales.length === 0) return;
    left -= fused.scales.length;
    memory.vectors.push(fused);
    memory.nodes.push({ hit, vectors: fused.scales.length });
  };
  for (const hit of chunks) take(hit, left - reserved);
  for (const hit of [...files, ...directories]) take(hit, left);
  return memory;
}
