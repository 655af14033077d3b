import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './figures.js';
import { WITHOUT_HOOKS, withEmptyHook } from './hookCost.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

const COMMITS = 100;

/** Rebases a hundred commits with the hooks, with an empty one and without, in turn: the ratios of the medians. */
export async function rebase(bench: Workbench, rounds: number): Promise<Measured> {
  bench.git('checkout', '--quiet', '-b', 'bench-rebase');
  for (let i = 0; i < COMMITS; i++) {
    appendFileSync(join(bench.repo, 'bench-rebase.py'), `value_${i} = ${i}\n`);
    bench.git('add', 'bench-rebase.py');
    bench.git('commit', '--quiet', '--message', `Change ${i}`);
  }
  await bench.fused();
  const times = { plain: [] as number[], empty: [] as number[], hooked: [] as number[] };
  const ways = [[times.plain, WITHOUT_HOOKS], [times.empty, withEmptyHook(bench)], [times.hooked, []]] as const;
  for (let round = 0; round < rounds; round++) {
    for (const [own, options] of ways) {
      own.push(await timed(() => bench.git(...options, 'rebase', '--quiet', '--force-rebase', `HEAD~${COMMITS}`)));
      await bench.fused();
    }
  }
  bench.git('checkout', '--quiet', 'bench');
  await bench.fused();
  return {
    rebase_ratio: median(times.hooked) / median(times.plain),
    rebase_empty_ratio: median(times.empty) / median(times.plain),
  };
}
