import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './figures.js';
import { countTokens } from './tokens.js';
import type { Workbench } from './workbench.js';

/** Indexes the clone from nothing; then weighs the database. Tokens are counted on a tenth of the source and scaled by bytes. */
export async function coldIndex(bench: Workbench): Promise<Measured> {
  const daemon = await bench.daemon();
  // The model is loaded before the clock runs: a daemon loads it once, an index is made often.
  await daemon.call('status', {});
  const outcome = await daemon.call('index', { repo: bench.repo, wait: true });
  const { repo } = await bench.status();
  if (repo === null) throw new Error('the daemon does not know the clone');
  const tokens = repo.source_bytes * (await tokensPerByte(bench));
  return {
    index_tokens_per_s: Math.round((1000 * tokens) / outcome.ms),
    db_ratio: repo.db_bytes / repo.source_bytes,
  };
}

/** Tokens a byte of source, counted on a tenth of it. */
export async function tokensPerByte(bench: Workbench): Promise<number> {
  const files = sourceFiles(bench).filter((_, index) => index % 10 === 0);
  const texts = files.map((path) => readFileSync(join(bench.repo, path), 'utf8'));
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return (await countTokens(texts)) / bytes;
}

/** Tracked source files of moderate size, in path order. */
export function sourceFiles(bench: Workbench): string[] {
  const tracked = bench.git('ls-files', '-z').split('\0');
  return tracked.filter((path) => {
    if (!/\.(py|[cm]?[jt]sx?|go|rs|java|c|h|cc|cpp|hpp)$/.test(path)) return false;
    const { size } = statSync(join(bench.repo, path), { throwIfNoEntry: false }) ?? { size: 0 };
    return size > 400 && size < 60_000;
  });
}
