import type { FigureName, Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

const WITHOUT_HOOKS = ['-c', 'core.hooksPath=/nonexistent/hooks'];

/** Commits with and without the hooks in turn: the difference of the medians, for a daemon up, stopped and down. */
export async function hookCost(bench: Workbench, commits: number): Promise<Measured> {
  const measured: Measured = {};
  const measure = async (name: FigureName) => {
    const [plain, hooked]: [number[], number[]] = [[], []];
    for (let i = 0; i < commits; i++) {
      plain.push(await timed(() => commit(bench, WITHOUT_HOOKS)));
      hooked.push(await timed(() => commit(bench, [])));
    }
    measured[name] = median(hooked) - median(plain);
  };
  await bench.fused();
  await measure('hook_up_ms');
  const { pid } = (await bench.status()).daemon;
  process.kill(pid, 'SIGSTOP');
  try {
    await measure('hook_stopped_ms');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await bench.stop();
  await measure('hook_down_ms');
  return measured;
}

function commit(bench: Workbench, options: readonly string[]): void {
  bench.git(...options, 'commit', '--quiet', '--allow-empty', '--message', 'An empty commit');
}
