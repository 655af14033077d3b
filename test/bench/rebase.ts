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
  const own = longestLine(bench);
  let real: { hooked: number; empty: number } | undefined;
  if (own.commits >= ENOUGH) {
    bench.git('checkout', '--quiet', '-b', 'bench-replay', own.tip);
    real = await replay(bench, own.commits, rounds);
  }
  bench.git('checkout', '--quiet', 'bench');
  await bench.fused();
  return {
    rebase_ratio: tiny.hooked,
    rebase_empty_ratio: tiny.empty,
    rebase_own_ratio: real?.hooked ?? null,
    rebase_own_empty_ratio: real?.empty ?? null,
  };
}

/** The longest run of the last thousand commits without a merge or the first commit among them, cut to a hundred. */
function longestLine(bench: Workbench): { tip: string; commits: number } {
  let best = { tip: '', commits: 0 };
  let run = best;
  for (const line of bench.git('rev-list', '--first-parent', '--parents', '--max-count=1000', bench.start).split('\n')) {
    const [commit = '', ...parents] = line.split(' ');
    if (parents.length !== 1) run = { tip: '', commits: 0 };
    else run = { tip: run.tip || commit, commits: run.commits + 1 };
    if (run.commits > best.commits) best = run;
  }
  return { tip: best.tip, commits: Math.min(best.commits, COMMITS) };
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
