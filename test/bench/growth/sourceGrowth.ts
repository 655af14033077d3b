/** Indexing from nothing against the size of the source: slices of a repository, each a commit, each by a fresh daemon. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tokensPerByte } from '../coldIndex.js';
import { residentMemory } from '../processMemory.js';
import type { Workbench } from '../workbench.js';

export interface SourcePoint {
  /** Share of the repository's files. */
  share: number;
  files: number;
  source_mb: number;
  chunks: number;
  seconds: number;
  tokens_per_s: number;
  db_mb: number;
  /** Null where the system does not tell. */
  peak_mb: number | null;
}

/** Shares in ascending order; ends with the largest one's index finished and its commit checked out. */
export async function sourceGrowth(bench: Workbench, shares: readonly number[], show: (what: string) => void, onPoint: (point: SourcePoint) => void): Promise<void> {
  const perByte = await tokensPerByte(bench);
  const slices = commitSlices(bench, shares);
  for (const { share, commit, files } of slices) {
    show(`indexing ${files} files`);
    await bench.stop();
    rmSync(join(bench.repo, '.git', 'hefc'), { recursive: true, force: true });
    bench.git('checkout', '--quiet', '-B', 'bench', commit);
    const daemon = await bench.daemon();
    // The model is loaded before the clock runs.
    const { pid } = (await daemon.call('status', {})).daemon;
    const { ms } = await daemon.call('index', { repo: bench.repo, wait: true });
    const { repo } = await bench.status();
    if (repo === null) throw new Error('the daemon does not know the clone');
    onPoint({
      share,
      files,
      source_mb: repo.source_bytes / 1e6,
      chunks: repo.chunks,
      seconds: ms / 1000,
      tokens_per_s: (1000 * repo.source_bytes * perByte) / ms,
      db_mb: repo.db_bytes / 1e6,
      peak_mb: residentMemory(pid).peak_mb,
    });
  }
}

interface Slice {
  share: number;
  commit: string;
  files: number;
}

/** Commits with ever fewer files, each slice inside the next; files are drawn by their paths' hashes. Ascending. */
function commitSlices(bench: Workbench, shares: readonly number[]): Slice[] {
  const rank = (path: string): string => createHash('sha1').update(path).digest('hex');
  const files = bench.git('ls-files', '-z').split('\0').filter((path) => path !== '').map((path) => ({ path, rank: rank(path) }));
  files.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const slices: Slice[] = [];
  for (const share of [...shares].sort((a, b) => b - a)) {
    const kept = Math.max(1, Math.round(Math.min(1, share) * files.length));
    for (const { path } of files.splice(kept)) rmSync(join(bench.repo, path), { force: true });
    bench.git('commit', '--quiet', '--all', '--allow-empty', '--no-verify', '--message', `A slice of ${kept} files`);
    slices.unshift({ share, commit: bench.git('rev-parse', 'HEAD'), files: files.length });
  }
  return slices;
}
