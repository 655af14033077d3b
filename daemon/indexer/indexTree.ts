/**
 * Brings the store to a root tree: blobs first, then directories bottom-up. What is there is never computed again, so
 * the work is resumable by construction: stop it anywhere, call it again, and it goes on where it stood.
 */
import { HUGE_BYTES } from '../chunker/refuse.js';
import type { IndexProgress } from '../ipc/protocol.js';
import type { DirectoryKey } from '../../store/types.js';
import { indexBlob, type BlobTools } from './fuseBlob.js';
import { indexDirectory, type EmptyDirectories } from './fuseDirectory.js';
import { isVectorless } from './vectorless.js';
import { nameOf, withoutMissing } from './partial.js';
import { nearestFirst, planTree } from './plan.js';

/** Blobs under way at once: enough to keep the inference worker fed while others are read, few enough to bound memory. */
const UNDER_WAY = 3;
/** Counters are written every so many blobs, and at the end. */
const COUNT_EVERY = 32;

export interface Fused {
  chunks: number;
  nodes: number;
  blobs: number;
}

export interface IndexTreeOptions {
  signal?: AbortSignal;
  near?: string;
  onProgress?: (progress: IndexProgress) => void;
}

export async function indexTree(tools: BlobTools, rootTree: string, options: IndexTreeOptions): Promise<{ root: DirectoryKey; fused: Fused }> {
  const { store, objects, inference } = tools;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const fused: Fused = { chunks: 0, nodes: 0, blobs: 0 };
  const counted: Fused = { ...fused };
  const count = (): void => {
    const step = { chunks_fused: fused.chunks - counted.chunks, nodes_fused: fused.nodes - counted.nodes, blobs_read: fused.blobs - counted.blobs };
    Object.assign(counted, fused);
    if (step.chunks_fused + step.nodes_fused + step.blobs_read > 0) store.bump(step);
  };
  const progress: IndexProgress = { phase: 'reading', files: 0, filesDone: 0, bytes: 0, bytesDone: 0, chunksFused: 0 };
  const report = (change: Partial<IndexProgress>): void => options.onProgress?.({ ...Object.assign(progress, change) });

  report({});
  const plan = await planTree(store, objects, rootTree, isVectorless(inference.shapes), signal);
  let { root } = plan;
  const blobs = nearestFirst(plan.blobs, options.near);
  report({ phase: 'fusing', files: blobs.length, bytes: await totalBytes(tools, blobs) });
  let next = 0;
  const missing = new Set<string>();
  const work = async (): Promise<void> => {
    for (let blob = blobs[next++]; blob; blob = blobs[next++]) {
      signal.throwIfAborted();
      const done = await indexBlob(blob, tools, signal);
      if (done === undefined) {
        missing.add(nameOf(blob.oid, blob.language));
        continue;
      }
      fused.blobs++;
      fused.chunks += done.chunks;
      fused.nodes += done.nodes;
      if (fused.blobs % COUNT_EVERY === 0) count();
      report({ filesDone: fused.blobs, bytesDone: progress.bytesDone + workIn(done.bytes), chunksFused: fused.chunks });
    }
  };
  try {
    const workers = await Promise.allSettled(Array.from({ length: UNDER_WAY }, () => work().catch((error: unknown) => (stop.abort(error), Promise.reject(error)))));
    const failed = workers.find((one) => one.status === 'rejected');
    if (failed) throw options.signal?.aborted ? options.signal.reason : stop.signal.reason;
    report({ phase: 'directories' });
    const empty: EmptyDirectories = new Map();
    const partial = new Map<string, string>();
    for (const planned of plan.directories) {
      signal.throwIfAborted();
      const directory = withoutMissing(planned, missing, partial);
      if (directory.path === '') root = directory.key;
      if (directory !== planned && store.hasDirectory(directory.key)) continue;
      if (await indexDirectory(directory, store, inference, empty, signal)) fused.nodes++;
    }
  } finally {
    count();
  }
  report({ phase: 'done' });
  return { root, fused };
}

/** Sizes come from headers with native git; the other reader would read every blob twice, so there the total stays 0. */
async function totalBytes({ objects }: BlobTools, blobs: readonly { oid: string }[]): Promise<number> {
  if (objects.kind !== 'git') return 0;
  let total = 0;
  for (let k = 0; k < blobs.length; k += 64) {
    const sizes = await Promise.all(blobs.slice(k, k + 64).map((blob) => objects.blobSize(blob.oid)));
    for (const size of sizes) total += workIn(size ?? 0);
  }
  return total;
}

/** What a file counts in the progress: one too large to be indexed takes next to no time. */
function workIn(bytes: number): number {
  return bytes > HUGE_BYTES ? 0 : bytes;
}
