import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './coldIndex.js';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

/** Goes to and fro between two branches that have been fused, from the end of `git checkout` to the index standing there. */
export async function switchBranch(bench: Workbench, rounds: number): Promise<Measured> {
  bench.git('checkout', '--quiet', '-b', 'bench-other');
  for (const path of sourceFiles(bench).slice(0, 5)) appendFileSync(join(bench.repo, path), '\nother_branch = 1\n');
  bench.git('commit', '--quiet', '--all', '--message', 'Change five files on another branch');
  await bench.fused();
  bench.git('checkout', '--quiet', 'bench');
  await bench.fused();
  const before = (await bench.status()).counters;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bench.git('checkout', '--quiet', round % 2 === 0 ? 'bench-other' : 'bench');
    times.push(await timed(() => bench.fused()));
  }
  const after = (await bench.status()).counters;
  bench.git('checkout', '--quiet', 'bench');
  await bench.fused();
  const fusions = after.chunks_fused - before.chunks_fused + after.nodes_fused - before.nodes_fused;
  return { switch_ms: median(times), switch_fusions: fusions };
}
