import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

const COMMITS = 100;

/** Rebases a hundred commits with and without the hooks in turn: the ratio of the medians. */
export async function rebase(bench: Workbench, rounds: number): Promise<Measured> {
  bench.git('checkout', '--quiet', '-b', 'bench-rebase');
  for (let i = 0; i < COMMITS; i++) {
    appendFileSync(join(bench.repo, 'bench-rebase.py'), `value_${i} = ${i}\n`);
    bench.git('add', 'bench-rebase.py');
    bench.git('commit', '--quiet', '--message', `Change ${i}`);
  }
  await bench.fused();
  const [plain, hooked]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [times, options] of [[plain, ['-c', 'core.hooksPath=/nonexistent/hooks']], [hooked, []]] as const) {
      times.push(await timed(() => bench.git(...options, 'rebase', '--quiet', '--force-rebase', `HEAD~${COMMITS}`)));
      await bench.fused();
    }
  }
  bench.git('checkout', '--quiet', 'bench');
  await bench.fused();
  return { rebase_ratio: median(hooked) / median(plain) };
}
