import type { Arm } from './arms.js';
import { bootstrapInterval, percentile } from './bootstrap.js';

/** One completion of one task in one arm. */
export interface Outcome {
  task: string;
  repo: string;
  arm: Arm;
  em: boolean;
  es: number;
  idEm: boolean;
  ms: number;
  tokensIn: number;
}

/** Shares are 0..1. */
export interface ArmFigures {
  n: number;
  em: number;
  em_ci: [number, number];
  es: number;
  id_em: number;
  /** Share of tasks right here and wrong in `none`, and the reverse; null when `none` was not run. */
  improved: number | null;
  worsened: number | null;
  p50_ms: number;
  p95_ms: number;
  /** Mean tokens and vectors the generator was given. */
  tokens_in: number;
}

export interface Report {
  tasks: number;
  mode: 'left' | 'fim';
  model: string;
  arms: Partial<Record<Arm, ArmFigures>>;
  by_repo: Record<string, Partial<Record<Arm, ArmFigures>>>;
  /** (hef − none) / (snippet − none) of exact match; null where snippet gained nothing over none. */
  recovery: Partial<Record<'snippet-512' | 'snippet-2048', number | null>>;
}

export function makeReport(outcomes: readonly Outcome[], mode: 'left' | 'fim', model: string): Report {
  const arms = figuresByArm(outcomes);
  const repos = [...new Set(outcomes.map((outcome) => outcome.repo))];
  const byRepo = Object.fromEntries(repos.map((repo) => [repo, figuresByArm(outcomes.filter((outcome) => outcome.repo === repo))]));
  const recovery: Report['recovery'] = {};
  for (const snippet of ['snippet-512', 'snippet-2048'] as const) {
    const [none, pasted, hef] = [arms.none, arms[snippet], arms.hef];
    if (none === undefined || pasted === undefined || hef === undefined) continue;
    recovery[snippet] = pasted.em > none.em ? round((hef.em - none.em) / (pasted.em - none.em)) : null;
  }
  return { tasks: new Set(outcomes.map((outcome) => outcome.task)).size, mode, model, arms, by_repo: byRepo, recovery };
}

function figuresByArm(outcomes: readonly Outcome[]): Partial<Record<Arm, ArmFigures>> {
  const base = new Map(outcomes.filter((outcome) => outcome.arm === 'none').map((outcome) => [outcome.task, outcome.em]));
  const names = [...new Set(outcomes.map((outcome) => outcome.arm))];
  return Object.fromEntries(names.map((arm) => [arm, figures(outcomes.filter((outcome) => outcome.arm === arm), base)]));
}

function figures(own: readonly Outcome[], base: ReadonlyMap<string, boolean>): ArmFigures {
  const hits = own.map((outcome) => Number(outcome.em));
  const [lo, hi] = bootstrapInterval(hits);
  const ms = Float64Array.from(own, (outcome) => outcome.ms).sort();
  const compared = base.size > 0;
  return {
    n: own.length,
    em: mean(hits),
    em_ci: [round(lo), round(hi)],
    es: mean(own.map((outcome) => outcome.es)),
    id_em: mean(own.map((outcome) => Number(outcome.idEm))),
    improved: compared ? mean(own.map((outcome) => Number(outcome.em && base.get(outcome.task) === false))) : null,
    worsened: compared ? mean(own.map((outcome) => Number(!outcome.em && base.get(outcome.task) === true))) : null,
    p50_ms: round(percentile(ms, 0.5), 1),
    p95_ms: round(percentile(ms, 0.95), 1),
    tokens_in: mean(own.map((outcome) => outcome.tokensIn), 1),
  };
}

function mean(values: readonly number[], digits = 4): number {
  return round(values.reduce((sum, value) => sum + value, 0) / values.length, digits);
}

function round(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}
