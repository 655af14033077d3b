import type { RepositoryPlace } from '../../store/types.js';
import { readConfig } from '../config.js';
import { packageVersion } from '../ipc/packageRoot.js';
import type { StatusResult } from '../ipc/protocol.js';
import { locate, type Daemon, type Handler } from './context.js';

const NO_COUNTERS = { chunks_fused: 0, nodes_fused: 0, blobs_read: 0, completions: 0, hooks: 0 };

function daemonStatus(daemon: Daemon): StatusResult['daemon'] {
  const loaded = daemon.bundle.loaded();
  return {
    pid: process.pid,
    version: packageVersion(),
    uptime_s: Math.round((Date.now() - daemon.started) / 1000),
    rss_mb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    device: loaded?.device().provider ?? 'none',
    model: loaded?.modelId ?? readConfig().model,
  };
}

async function repositoryStatus(daemon: Daemon, place: RepositoryPlace): Promise<{ repo: StatusResult['repo']; counters: StatusResult['counters'] }> {
  const root = place.worktree ?? place.gitDir;
  const served = await daemon.repositories.openSetUp(place);
  if (!served) {
    return { repo: { root, branch: '', tree: '', state: 'absent', indexed: 0, chunks: 0, nodes: 0, db_bytes: 0, source_bytes: 0, skipped: {} }, counters: NO_COUNTERS };
  }
  const { repository, schedule } = served;
  const { ref } = await repository.objects.head();
  const { chunks, nodes, db_bytes, source_bytes, skipped } = repository.store.stats();
  return {
    repo: { root, branch: ref.replace(/^refs\/heads\//, ''), tree: repository.current()?.tree ?? '', ...schedule.state(), chunks, nodes, db_bytes, source_bytes, skipped },
    counters: repository.store.counters(),
  };
}

export const status: Handler<'status'> = async (daemon, { params }) => {
  if (params.repo !== undefined) {
    const { repo, counters } = await repositoryStatus(daemon, await locate(params.repo));
    return { daemon: daemonStatus(daemon), repo, counters };
  }
  const counters = { ...NO_COUNTERS };
  const stores = new Set((await daemon.repositories.all()).map((one) => one.repository.store));
  for (const store of stores) {
    const one = store.counters();
    for (const name of Object.keys(counters) as (keyof typeof counters)[]) counters[name] += one[name];
  }
  return { daemon: daemonStatus(daemon), repo: null, counters };
};
