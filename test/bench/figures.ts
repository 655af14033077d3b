/** Every figure the benchmark knows, with its unit and, where docs/architecture.md sets one, its budget. */

export interface FigureKind {
  what: string;
  unit: string;
  /** The limit, itself allowed; null where none is set. */
  budget: number | null;
  /** True where the budget is a least instead of a most. */
  least?: true;
  /** True where only --full measures it. */
  full?: true;
}

export const FIGURES = {
  index_tokens_per_s: { what: 'cold index of the whole repository', unit: 'tokens/s', budget: 10_000, least: true },
  index_batch_ms: { what: 'one run of indexing: a full chunk', unit: 'ms', budget: 50 },
  complete_unindexed: { what: 'completions answered by the model at 0 % indexed', unit: 'share', budget: 1, least: true },
  indexing_p50_ms: { what: 'first completion in a file while the repository is indexed, p50', unit: 'ms', budget: 350 },
  indexing_p95_ms: { what: '… p95', unit: 'ms', budget: null },
  refuse_ms: { what: 'commit touching 10 files → fused', unit: 'ms', budget: 1000 },
  switch_ms: { what: 'switch to a branch seen before', unit: 'ms', budget: 100 },
  switch_fusions: { what: 'fusions of that switch', unit: 'fusions', budget: 0 },
  hook_up_ms: { what: "hook's addition to git commit, daemon up", unit: 'ms', budget: 10 },
  hook_stopped_ms: { what: '… daemon stopped (SIGSTOP)', unit: 'ms', budget: 10 },
  hook_down_ms: { what: '… daemon down', unit: 'ms', budget: 10 },
  empty_hook_ms: { what: '… of an empty sh hook, for comparison', unit: 'ms', budget: null },
  rebase_ratio: { what: '100-commit rebase, one line each, with hooks / without', unit: '×', budget: 1.05, full: true },
  rebase_empty_ratio: { what: '… with an empty sh hook, for comparison', unit: '×', budget: null, full: true },
  rebase_own_ratio: { what: "rebase of the repository's last 100 commits, with hooks / without", unit: '×', budget: 1.05, full: true },
  rebase_own_empty_ratio: { what: '… with an empty sh hook, for comparison', unit: '×', budget: null, full: true },
  warm_p50_ms: { what: 'warm completion, one line, p50', unit: 'ms', budget: 100 },
  warm_p95_ms: { what: 'warm completion, one line, p95', unit: 'ms', budget: 250 },
  cold_p50_ms: { what: 'cold completion (first in a file), p50', unit: 'ms', budget: 350 },
  cold_p95_ms: { what: 'cold completion, p95', unit: 'ms', budget: null },
  none_warm_p50_ms: { what: 'warm, context none, p50', unit: 'ms', budget: null },
  none_warm_p95_ms: { what: 'warm, context none, p95', unit: 'ms', budget: null },
  none_cold_p50_ms: { what: 'cold, context none, p50', unit: 'ms', budget: null },
  snippet_warm_p50_ms: { what: 'warm, context snippet, p50', unit: 'ms', budget: null },
  snippet_warm_p95_ms: { what: 'warm, context snippet, p95', unit: 'ms', budget: null },
  snippet_cold_p50_ms: { what: 'cold, context snippet, p50', unit: 'ms', budget: null },
  retrieve_p50_ms: { what: 'retrieval in this repository, p50', unit: 'ms', budget: null },
  retrieve_100k_ms: { what: 'retrieval at 100,000 chunks, p50', unit: 'ms', budget: 15, full: true },
  cli_overhead_ms: { what: "hefc complete beyond the daemon's time", unit: 'ms', budget: 60 },
  node_start_ms: { what: '… of which node alone, doing nothing', unit: 'ms', budget: null },
  cli_own_ms: { what: '… and of the command itself, beyond node', unit: 'ms', budget: null },
  ipc_overhead_ms: { what: "an open connection beyond the daemon's time", unit: 'ms', budget: 2 },
  ipc_round_trip_ms: { what: 'round trip of the smallest call', unit: 'ms', budget: null },
  idle_cpu_percent: { what: 'idle daemon, CPU', unit: '%', budget: 0 },
  idle_rss_mb: { what: 'idle daemon with the model loaded, RSS', unit: 'MB', budget: 400 },
  busy_rss_mb: { what: 'daemon after indexing and completing, RSS', unit: 'MB', budget: null },
  db_ratio: { what: 'database / indexed source', unit: '×', budget: 4 },
} as const satisfies Record<string, FigureKind>;

export type FigureName = keyof typeof FIGURES;

/** Figures measured; null where the measurement failed. Figures absent were not asked for. */
export type Measured = Partial<Record<FigureName, number | null>>;

export interface FigureReport {
  value: number | null;
  unit: string;
  budget: number | null;
  /** Null where there is no budget; a failed measurement does not meet its budget. */
  met: boolean | null;
}

/** Sets what was measured beside its budget, in the order of the list above. */
export function reportFigures(measured: Measured): Partial<Record<FigureName, FigureReport>> {
  const report: Partial<Record<FigureName, FigureReport>> = {};
  for (const name of Object.keys(FIGURES) as FigureName[]) {
    const value = measured[name];
    if (value === undefined) continue;
    const kind: FigureKind = FIGURES[name];
    report[name] = { value, unit: kind.unit, budget: kind.budget, met: meets(value, kind) };
  }
  return report;
}

function meets(value: number | null, kind: FigureKind): boolean | null {
  if (kind.budget === null) return null;
  if (value === null) return false;
  return kind.least === true ? value >= kind.budget : value <= kind.budget;
}
