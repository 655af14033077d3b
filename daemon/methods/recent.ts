/** The last completions, for those who want to see what they were made from. In memory alone: none is written down. */
import { sep } from 'node:path';
import type { CompleteParams, CompleteResult, CompletionTotals, RecentCompletion } from '../ipc/protocol.js';
import { locate, type Handler } from './context.js';

const KEPT = 100;
/** Upper bounds of the latency counts, in ms. */
const BOUNDS = [5, 10, 25, 50, 75, 100, 150, 250, 500, 1000, 2500, null];

const kept: RecentCompletion[] = [];
const totals: CompletionTotals = { given: {}, latency: BOUNDS.map((ms) => ({ ms, count: 0 })), totalMs: 0 };

function record({ file, line }: CompleteParams, { text, lane, reason, confidence, model, nodes, tokens, ms }: CompleteResult): void {
  const kind = `${lane}/${reason}`;
  totals.given[kind] = (totals.given[kind] ?? 0) + 1;
  // What a newer request replaced was never an answer.
  if (reason === 'cancelled') return;
  totals.latency.find((one) => one.ms === null || ms.total <= one.ms)!.count++;
  totals.totalMs += ms.total;
  kept.unshift({ at: Date.now(), file, line, text, lane, reason, confidence, model, nodes, tokens, ms });
  kept.splice(KEPT);
}

/** The same handler, its answers kept for `recent`. */
export function recorded(complete: Handler<'complete'>): Handler<'complete'> {
  return async (daemon, call) => {
    const result = await complete(daemon, call);
    record(call.params, result);
    return result;
  };
}

export const recent: Handler<'recent'> = async (_daemon, { params: { repo } }) => {
  if (repo === undefined) return { completions: kept, totals };
  const place = await locate(repo);
  const root = place.worktree ?? place.gitDir;
  return { completions: kept.filter(({ file }) => file.startsWith(root + sep)), totals };
};
