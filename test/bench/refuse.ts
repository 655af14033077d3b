import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './coldIndex.js';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

/** Commits of ten changed files each, from the end of `git commit` to the index standing at the new tree. */
export async function refuse(bench: Workbench, rounds: number): Promise<Measured> {
  const all = sourceFiles(bench);
  if (all.length < 10) throw new Error('the repository has fewer than ten source files; give another --repo');
  const step = Math.floor(all.length / 10);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 10; i++) appendFileSync(join(bench.repo, all[i * step]!), `\nbench_${round} = ${round}\n`);
    bench.git('commit', '--quiet', '--all', '--message', `Change ten files, round ${round}`);
    times.push(await timed(() => bench.fused()));
  }
  return { refuse_ms: median(times) };
}
