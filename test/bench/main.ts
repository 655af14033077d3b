/**
 * `hefc bench compare …`: the same tasks through every way to give context (compare.ts); `growth`: how cost grows
 * (growth/growth.ts); `profile`: where time goes (profile/profile.ts); `typing`: a stretch of work (typing/typing.ts);
 * `replay`: what a person who types sees of it (replay/replay.ts).
 *
 * `hefc bench [--repo DIR] [--json | --markdown] [--quick] [--full]`: measures every budget of docs/architecture.md with the real
 * daemon and command, in a clone in a temporary folder. --quick takes fewer rounds; --full adds the rebase of 100
 * commits and the retrieval at 100,000 chunks. --markdown writes a page that can be committed, --json what was measured.
 */
import { parseArgs } from 'node:util';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { clientOverhead } from './clientOverhead.js';
import { coldIndex } from './coldIndex.js';
import { compare } from './compare.js';
import { completions, unindexed } from './completions.js';
import { figureDocument } from './document.js';
import { reportFigures, type FigureName, type Measured } from './figures.js';
import { figureTable } from './figureTable.js';
import { growth } from './growth/growth.js';
import { hookCost } from './hookCost.js';
import { idle } from './idle.js';
import { indexBatch } from './indexBatch.js';
import { onWorkbench, repositoryAt } from './onWorkbench.js';
import { profile } from './profile/profile.js';
import { rebase } from './rebase.js';
import { refuse } from './refuse.js';
import { replay } from './replay/replay.js';
import { retrievalAtScale } from './retrieval.js';
import { switchBranch } from './switchBranch.js';
import { whileIndexing } from './whileIndexing.js';
import { typing } from './typing/typing.js';
import type { Workbench } from './workbench.js';

const USAGE = 'usage: hefc bench [--repo DIR] [--json | --markdown] [--quick] [--full], or hefc bench compare | growth | profile | typing | replay';

const COMMANDS: Partial<Record<string, (given: readonly string[]) => Promise<void>>> = { compare, growth, profile, typing, replay };

interface Step {
  what: string;
  /** Set to null when the step fails. */
  figures: FigureName[];
  run: (bench: Workbench) => Promise<Measured>;
}

function steps(quick: boolean, full: boolean): Step[] {
  const rounds = (many: number, few: number) => (quick ? few : many);
  return [
    { what: 'completions before indexing', figures: ['complete_unindexed'], run: unindexed },
    { what: 'completions while indexing', figures: ['indexing_p50_ms', 'indexing_p95_ms'], run: (bench) => whileIndexing(bench, rounds(60, 8)) },
    { what: 'cold index', figures: ['index_tokens_per_s', 'db_ratio'], run: coldIndex },
    { what: 'one run of indexing', figures: ['index_batch_ms'], run: (bench) => indexBatch(bench, rounds(40, 8)) },
    { what: 'completions', figures: ['warm_p50_ms', 'warm_p95_ms', 'cold_p50_ms', 'ipc_overhead_ms'], run: (bench) => completions(bench, rounds(40, 8)) },
    { what: 'what the client adds', figures: ['cli_overhead_ms', 'ipc_round_trip_ms'], run: (bench) => clientOverhead(bench, rounds(15, 5)) },
    { what: 'commits of ten files', figures: ['refuse_ms'], run: (bench) => refuse(bench, rounds(5, 2)) },
    { what: 'branch switches', figures: ['switch_ms', 'switch_fusions'], run: (bench) => switchBranch(bench, rounds(10, 4)) },
    { what: 'hook cost', figures: ['hook_up_ms', 'hook_stopped_ms', 'hook_down_ms'], run: (bench) => hookCost(bench, rounds(40, 10)) },
    ...(full ? [{ what: 'rebases of 100 commits', figures: ['rebase_ratio' as const, 'rebase_own_ratio' as const], run: (bench: Workbench) => rebase(bench, 3) }] : []),
    { what: 'the idle daemon', figures: ['idle_rss_mb', 'idle_cpu_percent'], run: (bench) => idle(bench, rounds(10, 3)) },
    ...(full ? [{ what: 'retrieval at 100,000 chunks', figures: ['retrieve_100k_ms' as const], run: (bench: Workbench) => retrievalAtScale(bench, 50) }] : []),
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      repo: { type: 'string', default: packageRoot() },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
    },
  });
  if (values.json && values.markdown) throw new Error(`--json and --markdown exclude each other; ${USAGE}`);
  const source = repositoryAt(values.repo);
  const measured: Measured = {};
  let failed = false;
  const status = await onWorkbench(source, async (bench, { show, clear }) => {
    bench.hefc('hooks', 'install');
    for (const step of steps(values.quick, values.full)) {
      show(`measuring ${step.what}`);
      try {
        Object.assign(measured, await step.run(bench));
      } catch (error) {
        // The other figures are still worth having; this one counts as not met.
        failed = true;
        clear();
        console.error(`hefc bench: ${step.what}: ${error instanceof Error ? error.message : String(error)}`);
        for (const figure of step.figures) measured[figure] ??= null;
      }
    }
    return values.markdown ? bench.status().catch(() => undefined) : undefined;
  });
  const report = reportFigures(measured);
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else if (values.markdown) console.log(figureDocument(report, { source, given: ['quick', 'full'].filter((name) => values[name as 'quick' | 'full']).map((name) => `--${name}`), status }));
  else console.log(figureTable(report));
  process.exitCode = failed ? 1 : 0;
}

try {
  const command = COMMANDS[process.argv[2] ?? ''];
  if (command) await command(process.argv.slice(3));
  else await main();
} catch (error) {
  const usage = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
  console.error(`hefc bench: ${error instanceof Error ? error.message : String(error)}${usage ? `; ${USAGE}` : ''}`);
  process.exitCode = 2;
}
