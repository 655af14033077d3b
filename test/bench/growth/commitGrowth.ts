/** The cost of a commit against the files it touches: from the end of `git commit`, whose hook tells the daemon, to fused. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from '../coldIndex.js';
import { median, timed } from '../timing.js';
import type { Workbench } from '../workbench.js';

export interface CommitPoint {
  files: number;
  /** Medians over the rounds. */
  ms: number;
  chunks: number;
  nodes: number;
}

/** The work tree's index must be finished. Numbers beyond the repository's source files are left out. */
export async function commitGrowth(bench: Workbench, numbers: readonly number[], rounds: number, show: (what: string) => void, onPoint: (point: CommitPoint) => void): Promise<void> {
  const all = sourceFiles(bench);
  await bench.fused();
  for (const files of numbers.filter((number) => number <= all.length)) {
    show(`commits of ${files} files`);
    const [ms, chunks, nodes]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const before = (await bench.status()).counters;
      // Spread over the repository, others in each round.
      for (let i = 0; i < files; i++) appendFileSync(join(bench.repo, all[Math.floor((i * all.length) / files + round) % all.length]!), `\ngrowth_${files}_${round} = ${i}\n`);
      bench.git('commit', '--quiet', '--all', '--message', `Change ${files} files, round ${round}`);
      ms.push(await timed(() => bench.fused()));
      const after = (await bench.status()).counters;
      chunks.push(after.chunks_fused - before.chunks_fused);
      nodes.push(after.nodes_fused - before.nodes_fused);
    }
    onPoint({ files, ms: median(ms), chunks: median(chunks), nodes: median(nodes) });
  }
}
