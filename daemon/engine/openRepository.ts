/** One worktree of the engine: its store (shared), its objects, the tree its completions are answered from. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { blobId } from '../../store/git/blobId.js';
import { openObjects } from '../../store/git/openObjects.js';
import type { RepositoryPlace, TreeView } from '../../store/types.js';
import { CHUNKER_ID, type Chunker } from '../chunker/chunker.js';
import { completeLines } from '../complete/block.js';
import { admits } from '../indexer/admits.js';
import { earlierVectors } from '../indexer/earlierVectors.js';
import { indexTree } from '../indexer/indexTree.js';
import { storeShapes } from '../indexer/vectorless.js';
import { createCopySource } from './copySource.js';
import type { StorePool } from './storePool.js';
import { recentBlobs } from './recentBlobs.js';
import { createTally } from './tally.js';
import type { EngineOptions, EngineRepository } from './types.js';

export async function openRepository(place: RepositoryPlace, options: EngineOptions, chunker: Chunker, pool: StorePool, onClose: (repository: EngineRepository) => void): Promise<EngineRepository> {
  const { inference } = options;
  const directory = options.databaseDirectory?.(place) ?? join(place.commonDir, 'hefc');
  const objects = await openObjects(place);
  const store = (() => {
    try {
      return pool.take({ directory, modelId: inference.modelId, chunkerId: CHUNKER_ID, shapes: storeShapes(inference.shapes) });
    } catch (error) {
      objects.close();
      throw error;
    }
  })();
  const worktree = place.worktree ?? place.gitDir;
  const recent = recentBlobs(objects);
  const copies = createCopySource();
  const count = createTally(store);
  let view: TreeView | undefined;
  let buffers: ReadonlyMap<string, string> | undefined;
  let indexing = 0;
  let done = { files: 0, filesDone: 0 };
  let closed = false;

  const show = (root: TreeView['root']): void => {
    if (view && view.root.tree === root.tree && view.root.scope === root.scope) return;
    view = store.openView(root, view);
    copies.follow(view, objects);
  };
  /** Completions come in between. What a stop leaves over is done another time. */
  const inTurns = async (work: () => boolean, signal?: AbortSignal): Promise<void> => {
    while (!closed && signal?.aborted !== true && work()) await nextTurn();
  };
  /** A database that fails here fails in the next search too, which says so. */
  const countTerms = (): void => void inTurns(store.countTerms).catch(() => undefined);
  const last = store.refs().filter((row) => row.worktree === worktree && row.state === 'ready' && store.hasDirectory(row.root)).sort((a, b) => b.updated - a.updated)[0];
  if (last) show(last.root);
  countTerms();

  const repository: EngineRepository = {
    place,
    store,
    objects,
    count,
    places: copies.places,
    async showBuffers(given) {
      if (given === buffers || !view) return;
      buffers = given;
      const { root } = view;
      const isWanted = (path: string, text: string, oid = view?.file(path)?.oid): Promise<boolean> | boolean =>
        oid === undefined ? admits(place, objects, root.tree, path).catch(() => false) : oid !== blobId(text, oid);
      const wanted = await Promise.all([...given].map(([path, text]) => isWanted(path, text)));
      // Another call may have come in between.
      if (given === buffers) copies.overlay(new Map([...given].filter((_, at) => wanted[at])));
    },
    likeFiles: copies.files,
    current: () => view?.root ?? null,
    reopen() {
      const root = view?.root;
      view = undefined;
      if (root && store.hasDirectory(root)) show(root);
      countTerms();
    },
    async index({ revision = 'HEAD', ahead = false, onProgress, signal, near }) {
      const began = performance.now();
      const { ref, commit: head } = await objects.head();
      if (revision === 'HEAD' && head === null) return { commit: null, root: null, fused: { chunks: 0, nodes: 0, blobs: 0 }, skipped: {}, ms: performance.now() - began };
      const { commit, tree } = await objects.rootTree(revision);
      indexing++;
      try {
        const { root, fused } = await indexTree({ store, objects, chunker, inference, earlier: earlierVectors(view, objects) }, tree, {
          ...(signal && { signal }),
          ...(near !== undefined && { near }),
          onProgress: (progress) => {
            done = progress;
            onProgress?.(progress);
          },
        });
        // A tree indexed ahead is never the one to start from: as if it were the oldest.
        store.putRef({ worktree, ref: revision === 'HEAD' ? ref : revision, commit, root, state: 'ready', updated: ahead ? 0 : Date.now() });
        if (!closed && !ahead) show(root);
        if (fused.blobs > 0) {
          await inTurns(store.mergeTerms, signal);
          await inTurns(store.countTerms, signal);
        }
        if (fused.blobs + fused.nodes > 0 && !closed) store.checkpoint();
        return { commit, root, fused, skipped: store.stats().skipped, ms: performance.now() - began };
      } finally {
        indexing--;
      }
    },
    async complete(request, how) {
      const state = indexing > 0 ? 'indexing' : view ? 'ready' : 'absent';
      const indexed = state === 'ready' ? 1 : done.files > 0 ? done.filesDone / done.files : 0;
      const result = await completeLines(
        { inference, chooser: options.chooser, tree: view && { view, objects: recent }, places: copies.places, propose: (where) => copies.propose(where), index: { state, indexed: state === 'absent' ? 0 : indexed } },
        request,
        how,
      );
      if (!closed) count({ completions: 1 });
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      view = undefined;
      objects.close();
      pool.give(directory);
      onClose(repository);
    },
  };
  return repository;
}
