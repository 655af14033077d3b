/** index, pause, gc, purge: what changes a repository's cache. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RepositoryPlace } from '../../store/types.js';
import { CallError } from '../ipc/errors.js';
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

/** With `all`, every linked worktree is indexed too; the result is the named one's, with the sums of what was fused. */
export const index: Handler<'index'> = async (daemon, { params, signal, emit }) => {
  const place = await locate(params.repo);
  const served = await daemon.repositories.open(place);
  const others: Served[] = [];
  if (params.all) for (const root of worktrees(place).slice(1)) others.push(await daemon.repositories.open(await locate(root)));
  if (!params.wait) {
    for (const one of [served, ...others]) {
      one.schedule.pause(false);
      one.schedule.hint();
    }
    const { state } = served.schedule.state();
    return { fused: { chunks: 0, nodes: 0, blobs: 0 }, commit: null, ms: 0, skipped: {}, state: state === 'absent' ? 'indexing' : state };
  }
  const outcome = await served.schedule.index({ signal, onProgress: emit });
  const fused = { ...outcome.fused };
  let { ms } = outcome;
  for (const one of others) {
    const more = await one.schedule.index({ signal, onProgress: emit });
    fused.chunks += more.fused.chunks;
    fused.nodes += more.fused.nodes;
    fused.blobs += more.fused.blobs;
    ms += more.ms;
  }
  return { fused, commit: outcome.commit, ms, skipped: outcome.skipped, state: outcome.commit === null ? 'absent' : 'ready' };
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
