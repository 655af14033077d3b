/** index, pause, gc, purge: what changes a repository's cache. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RepositoryPlace } from '../../store/types.js';
import type { Fused } from '../indexer/indexTree.js';
import { CallError } from '../ipc/errors.js';
import type { IndexProgress } from '../ipc/protocol.js';
import { errorFacts, log } from '../log.js';
import { hefcFolder } from '../registry.js';
import type { Served } from '../repositories.js';
import { locate, type Daemon, type Handler } from './context.js';

/** Roots of all worktrees of a repository that exist, the given one first. */
function worktrees(place: RepositoryPlace): string[] {
  const linked = join(place.commonDir, 'worktrees');
  const roots = [place.worktree ?? place.gitDir];
  if (dirname(place.commonDir) !== roots[0] && place.commonDir.endsWith('.git')) roots.push(dirname(place.commonDir));
  for (const name of existsSync(linked) ? readdirSync(linked) : []) {
    const pointer = join(linked, name, 'gitdir');
    if (existsSync(pointer)) roots.push(dirname(readFileSync(pointer, 'utf8').trim()));
  }
  return [...new Set(roots)].filter((root) => existsSync(root));
}

async function openSetUp(daemon: Daemon, path: string): Promise<Served> {
  const place = await locate(path);
  if (!daemon.repositories.isSetUp(place)) throw new CallError('usage', 'this repository is not indexed; run: hefc init');
  return daemon.repositories.open(place);
}

/** Fuses what the other worktrees and every local branch hold, so that switching to any of them fuses nothing. */
async function indexRest(daemon: Daemon, served: Served, how: { signal: AbortSignal; emit?: (progress: IndexProgress) => void }): Promise<Fused> {
  const { place, objects } = served.repository;
  const sum: Fused = { chunks: 0, nodes: 0, blobs: 0 };
  const add = ({ fused }: { fused: Fused }): void => {
    sum.chunks += fused.chunks;
    sum.nodes += fused.nodes;
    sum.blobs += fused.blobs;
  };
  const onProgress = how.emit && { onProgress: how.emit };
  for (const root of worktrees(place).slice(1)) {
    const other = await daemon.repositories.open(await locate(root));
    add(await other.schedule.index({ signal: how.signal, ...onProgress }));
  }
  const { ref: current } = await objects.head();
  for (const revision of await objects.branches()) {
    if (revision !== current) add(await served.repository.index({ revision, ahead: true, signal: how.signal, ...onProgress }));
  }
  return sum;
}

/** With `all`, every worktree and local branch is indexed too; the result is the named worktree's, with the sums of what was fused. */
export const index: Handler<'index'> = async (daemon, { params, signal, emit }) => {
  const place = await locate(params.repo);
  const served = await daemon.repositories.open(place);
  if (!params.wait) {
    served.schedule.pause(false);
    served.schedule.hint();
    // Nobody waits for the rest, so it outlives the call.
    if (params.all) indexRest(daemon, served, { signal: new AbortController().signal }).catch((error: unknown) => log('branches not indexed', errorFacts(error)));
    const { state } = served.schedule.state();
    return { fused: { chunks: 0, nodes: 0, blobs: 0 }, commit: null, ms: 0, skipped: {}, state: state === 'absent' ? 'indexing' : state };
  }
  const began = performance.now();
  const outcome = await served.schedule.index({ signal, onProgress: emit });
  const rest = params.all ? await indexRest(daemon, served, { signal, emit }) : { chunks: 0, nodes: 0, blobs: 0 };
  const { chunks, nodes, blobs } = outcome.fused;
  return {
    fused: { chunks: chunks + rest.chunks, nodes: nodes + rest.nodes, blobs: blobs + rest.blobs },
    commit: outcome.commit,
    ms: performance.now() - began,
    skipped: outcome.skipped,
    state: outcome.commit === null ? 'absent' : 'ready',
  };
};

export const pause: Handler<'pause'> = async (daemon, { params }) => {
  const { schedule } = await openSetUp(daemon, params.repo);
  schedule.pause(params.paused);
  return { state: schedule.state().state };
};

/** Drops refs whose worktree or branch is gone, then everything no ref reaches. Nothing is indexed meanwhile. */
export const gc: Handler<'gc'> = async (daemon, { params }) => {
  const served = await openSetUp(daemon, params.repo);
  const { store, objects, place } = served.repository;
  const all = await daemon.repositories.ofRepository(place.commonDir);
  for (const one of all) await one.schedule.halt();
  for (const row of store.refs()) {
    const gone = !existsSync(row.worktree) || (row.ref !== 'HEAD' && (await objects.rootTree(row.ref).then(() => false, () => true)));
    if (gone) store.deleteRef(row.worktree, row.ref);
  }
  const freed = store.collect();
  for (const one of all) {
    one.repository.reopen();
    one.schedule.hint();
  }
  return freed;
};

function folderBytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) if (entry.isFile()) total += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  return total;
}

export const purge: Handler<'purge'> = async (daemon, { params }) => {
  const place = await locate(params.repo);
  const folder = hefcFolder(place.commonDir);
  if (!existsSync(folder)) return { bytesFreed: 0 };
  await daemon.repositories.closeRepository(place.commonDir);
  const bytesFreed = folderBytes(folder);
  rmSync(folder, { recursive: true, force: true });
  return { bytesFreed };
};
