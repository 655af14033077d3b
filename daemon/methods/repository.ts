/** index, pause, gc, purge: what changes a repository's cache. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DirectoryKey, RefRow, RepositoryPlace } from '../../store/types.js';
import type { Fused } from '../indexer/indexTree.js';
import { CallError } from '../ipc/errors.js';
import type { IndexProgress } from '../ipc/protocol.js';
import { errorFacts, log } from '../log.js';
import { hefcFolder } from '../ipc/paths.js';
import type { Served } from '../repositories.js';
import { locate, type Daemon, type Handler } from './context.js';

/** Roots of all worktrees of a repository that exist, the given one first. */
function worktrees(place: RepositoryPlace): string[] {
  const linked = join(place.commonDir, 'worktrees');
  const roots = [place.worktree ?? place.gitDir];
  if (basename(place.commonDir) === '.git') roots.push(dirname(place.commonDir));
  for (const name of existsSync(linked) ? readdirSync(linked) : []) {
    const pointer = join(linked, name, 'gitdir');
    // Relative pointers start from the folder they stand in.
    if (existsSync(pointer)) roots.push(dirname(resolve(dirname(pointer), readFileSync(pointer, 'utf8').trim())));
  }
  return [...new Set(roots)].filter((root) => existsSync(root));
}

/** The repository's worktrees, opened, the given one first; one that cannot be opened is handed to `onFailure`. */
async function openWorktrees(daemon: Daemon, place: RepositoryPlace, onFailure: (root: string, error: unknown) => void): Promise<Served[]> {
  const all: Served[] = [];
  for (const root of worktrees(place)) {
    try {
      const there = await locate(root);
      if (there.commonDir === place.commonDir) all.push(await daemon.repositories.open(there));
    } catch (error) {
      onFailure(root, error);
    }
  }
  return [...new Set(all)];
}

async function openSetUp(daemon: Daemon, path: string): Promise<Served> {
  const served = await daemon.repositories.openSetUp(await locate(path));
  if (!served) throw new CallError('usage', 'this repository is not indexed; run: hefc init');
  return served;
}

/** Pauses every worktree of the repository, or lets them go on. */
async function setPaused(daemon: Daemon, served: Served, paused: boolean): Promise<void> {
  served.schedule.pause(paused);
  for (const one of await daemon.repositories.ofRepository(served.repository.place.commonDir)) if (one !== served) one.schedule.pause(paused);
}

/** Fuses what the other worktrees and every local branch hold, so that switching to any of them fuses nothing. */
async function indexRest(daemon: Daemon, served: Served, how: { signal: AbortSignal; onProgress: (progress: IndexProgress) => void }): Promise<Fused> {
  const { place, objects } = served.repository;
  const sum: Fused = { chunks: 0, nodes: 0, blobs: 0 };
  const add = ({ fused }: { fused: Fused }): void => {
    sum.chunks += fused.chunks;
    sum.nodes += fused.nodes;
    sum.blobs += fused.blobs;
  };
  const others = await openWorktrees(daemon, place, (root, error) => {
    throw new CallError('internal', `the worktree ${root} cannot be indexed: ${errorFacts(error).error}`);
  });
  for (const other of others) if (other !== served) add(await other.schedule.index(how));
  const { ref: current } = await objects.head();
  for (const revision of await objects.branches()) if (revision !== current) add(await served.schedule.index({ revision, ...how }));
  return sum;
}

/**
 * With `all`, every worktree and local branch is indexed too, and the end is always waited for; the result is the named
 * worktree's, with the sums of what was fused. An index asked for ends a pause.
 */
export const index: Handler<'index'> = async (daemon, { params, signal, emit }) => {
  const served = await daemon.repositories.open(await locate(params.repo));
  if (served.schedule.state().state === 'paused') await setPaused(daemon, served, false);
  if (!params.wait && !params.all) {
    served.schedule.hint(undefined, true);
    // Whether there is anything to do is known once HEAD was looked at.
    const { state } = served.schedule.state();
    return { fused: { chunks: 0, nodes: 0, blobs: 0 }, commit: null, ms: 0, skipped: {}, state: state === 'error' ? state : 'indexing' };
  }
  const began = performance.now();
  const outcome = await served.schedule.index({ signal, onProgress: emit });
  const rest = params.all ? await indexRest(daemon, served, { signal, onProgress: emit }) : { chunks: 0, nodes: 0, blobs: 0 };
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
  const served = await openSetUp(daemon, params.repo);
  await setPaused(daemon, served, params.paused);
  return { state: served.schedule.state().state };
};

/**
 * Drops refs whose worktree or branch is gone, then everything no ref reaches. Nothing is indexed meanwhile. The tree a
 * worktree stands at is kept whatever it is called now: a branch may have been renamed.
 */
export const gc: Handler<'gc'> = async (daemon, { params }) => {
  const served = await openSetUp(daemon, params.repo);
  const { store, objects, place } = served.repository;
  const unknown = new Set<string>();
  await openWorktrees(daemon, place, (root, error) => {
    unknown.add(root);
    log('worktree not opened', errorFacts(error));
  });
  return daemon.repositories.gate(place.commonDir).alone(async () => {
    const { ofRepository } = daemon.repositories;
    for (const one of await ofRepository(place.commonDir)) await one.schedule.giveWay();
    try {
      const gone: RefRow[] = [];
      for (const row of store.refs()) {
        if (!existsSync(row.worktree) || (row.ref !== 'HEAD' && (await objects.rootTree(row.ref).then(() => false, () => true)))) gone.push(row);
      }
      const current = new Set((await ofRepository(place.commonDir)).map((one) => nameOf(one.repository.current())));
      for (const row of gone) if (!unknown.has(row.worktree) && !current.has(nameOf(row.root))) store.deleteRef(row.worktree, row.ref);
      return store.collect();
    } finally {
      for (const one of await ofRepository(place.commonDir)) {
        try {
          one.repository.reopen();
        } catch (error) {
          log('not reopened', errorFacts(error));
        }
        one.schedule.hint();
      }
    }
  });
};

const nameOf = (root: DirectoryKey | null): string => (root ? `${root.tree}/${root.scope}` : '');

function folderBytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) if (entry.isFile()) total += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  return total;
}

export const purge: Handler<'purge'> = async (daemon, { params }) => {
  const place = await locate(params.repo);
  const folder = hefcFolder(place.commonDir);
  if (!existsSync(folder)) return { bytesFreed: 0 };
  let bytesFreed = 0;
  await daemon.repositories.closeRepository(place.commonDir, () => {
    bytesFreed = folderBytes(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  return { bytesFreed };
};
