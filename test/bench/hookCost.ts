import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FigureName, Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

/** Options of git under which no hook runs. */
export const WITHOUT_HOOKS = ['-c', 'core.hooksPath=/nonexistent/hooks'];

/**
 * Commits with and without the hooks in turn: the difference of the medians, for a daemon up, stopped and down; and
 * what git and sh take for a hook that does nothing.
 */
export async function hookCost(bench: Workbench, commits: number): Promise<Measured> {
  const measured: Measured = {};
  const measure = async (name: FigureName, options: readonly string[] = []) => {
    const [plain, hooked]: [number[], number[]] = [[], []];
    for (let i = 0; i < commits; i++) {
      plain.push(await timed(() => commit(bench, WITHOUT_HOOKS)));
      hooked.push(await timed(() => commit(bench, options)));
    }
    measured[name] = median(hooked) - median(plain);
  };
  await measure('empty_hook_ms', withEmptyHook(bench));
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

/** Options of git under which one hook runs after each commit and does nothing. */
export function withEmptyHook(bench: Workbench): string[] {
  const folder = join(bench.scratch, 'empty-hooks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'post-commit'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  return ['-c', `core.hooksPath=${folder}`];
}
