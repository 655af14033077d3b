import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../eval/bootstrap.js';
import { completeAt, drawCursors } from './completions.js';
import type { Measured } from './figures.js';
import type { Workbench } from './workbench.js';

/** First completions in files while the whole repository is being indexed; as many as fit, `most` at most. Leaves nothing indexed. */
export async function whileIndexing(bench: Workbench, most: number): Promise<Measured> {
  const daemon = await bench.daemon();
  const cursors = drawCursors(bench, most);
  if (cursors.length === 0) throw new Error('the repository has no source line to complete; give another --repo');
  // The model is loaded before the clock runs.
  await daemon.call('status', {});
  let indexing = true;
  const index = daemon.call('index', { repo: bench.repo, wait: true }).finally(() => (indexing = false));
  index.catch(() => undefined);
  const times: number[] = [];
  try {
    for (const cursor of cursors) {
      if (!indexing) break;
      const { result } = await completeAt(bench, cursor, '', 'hef');
      if (indexing) times.push(result.ms.total);
    }
  } finally {
    // What is measured next starts from nothing.
    await bench.stop();
    rmSync(join(bench.repo, '.git', 'hefc'), { recursive: true, force: true });
  }
  if (times.length === 0) throw new Error('the index was finished before a completion was; give a larger --repo');
  times.sort((a, b) => a - b);
  return { indexing_p50_ms: percentile(times, 0.5), indexing_p95_ms: percentile(times, 0.95) };
}
