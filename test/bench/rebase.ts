import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './figures.js';
import { WITHOUT_HOOKS, withEmptyHook } from './hookCost.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

const COMMITS = 100;
/** Fewer of the repository's own commits than this, and nothing is said of them. */
const ENOUGH = 10;

/**
 * Rebases a hundred commits of one line each, which is all Git's own start-up, and then the repository's own last ones:
 * with the hooks, with an empty one and without, in turn. Ratios of the medians.
 */
export async function rebase(bench: Workbench, rounds: number): Promise<Measured> {
  bench.git('checkout', '--quiet', '-b', 'bench-rebase');
  for (let i = 0; i < COMMITS; i++) {
    appendFileSync(join(bench.repo, 'bench-rebase.py'), `value_${i} = ${i}\n`);
    bench.git('add', 'bench-rebase.py');
    bench.git('commit', '--quiet', '--message', `Change ${i}`);
  }
  const tiny = await replay(bench, COMMITS, rounds);
  bench.git('checkout', '--quiet', '-b', 'bench-replay', bench.start);
  const own = linear(bench);
  const real = own < ENOUGH ? undefined : await replay(bench, own, rounds);
  bench.git('checkout', '--quiet', 'bench');
  await bench.fused();
  return {
    rebase_ratio: tiny.hooked,
    rebase_empty_ratio: tiny.empty,
    ...(real && { rebase_own_ratio: real.hooked, rebase_own_empty_ratio: real.empty }),
  };
}

/** How many commits end at HEAD without a merge or the first commit among them, up to a hundred. */
function linear(bench: Workbench): number {
  const lines = bench.git('rev-list', '--first-parent', '--parents', `--max-count=${COMMITS}`, 'HEAD').split('\n');
  const end = lines.findIndex((line) => line.split(' ').length !== 2);
  return end === -1 ? lines.length : end;
}

/** Rebases the last commits onto where they stand. */
async function replay(bench: Workbench, commits: number, rounds: number): Promise<{ hooked: number; empty: number }> {
  await bench.fused();
  const times = { plain: [] as number[], empty: [] as number[], hooked: [] as number[] };
  const ways = [[times.plain, WITHOUT_HOOKS], [times.empty, withEmptyHook(bench)], [times.hooked, []]] as const;
  for (let round = 0; round < rounds; round++) {
    for (const [own, options] of ways) {
      own.push(await timed(() => bench.git(...options, 'rebase', '--quiet', '--force-rebase', `HEAD~${commits}`)));
      await bench.fused();
    }
  }
  return { hooked: median(times.hooked) / median(times.plain), empty: median(times.empty) / median(times.plain) };
}
