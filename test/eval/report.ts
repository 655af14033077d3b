import type { Arm } from './arms.js';
import { bootstrapInterval, percentile } from './bootstrap.js';
import { pairedDifferences, recoveries, type Difference, type Recovery } from './paired.js';

/** One completion of one task in one arm. */
export interface Outcome {
  task: string;
  repo: string;
  /** See reportLanguage. */
  language: string;
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
  es_ci: [number, number];
  id_em: number;
  id_em_ci: [number, number];
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
  by_language: Record<string, Partial<Record<Arm, ArmFigures>>>;
  /** Against `none`, and between the arms that answer one gate; in all and by language. */
  paired: Difference[];
  /** What memory keeps of the gain of pasted text, for each amount of it. */
  recovery: Partial<Record<Arm, Recovery>>;
}

export function makeReport(outcomes: readonly Outcome[], mode: 'left' | 'fim', model: string): Report {
  const split = (group: (outcome: Outcome) => string): Record<string, Partial<Record<Arm, ArmFigures>>> =>
    Object.fromEntries([...new Set(outcomes.map(group))].map((name) => [name, figuresByArm(outcomes.filter((outcome) => group(outcome) === name))]));
  return {
    tasks: new Set(outcomes.map((outcome) => outcome.task)).size,
    mode,
    model,
    arms: figuresByArm(outcomes),
    by_repo: split((outcome) => outcome.repo),
    by_language: split((outcome) => outcome.language),
    paired: pairedDifferences(outcomes),
    recovery: recoveries(outcomes),
  };
}

function figuresByArm(outcomes: readonly Outcome[]): Partial<Record<Arm, ArmFigures>> {
  const base = new Map(outcomes.filter((outcome) => outcome.arm === 'none').map((outcome) => [outcome.task, outcome.em]));
  const names = [...new Set(outcomes.map((outcome) => outcome.arm))];
  return Object.fromEntries(names.map((arm) => [arm, figures(outcomes.filter((outcome) => outcome.arm === arm), base)]));
}

function figures(own: readonly Outcome[], base: ReadonlyMap<string, boolean>): ArmFigures {
  const hits = own.map((outcome) => Number(outcome.em));
  const similarities = own.map((outcome) => outcome.es);
  const names = own.map((outcome) => Number(outcome.idEm));
  const ms = Float64Array.from(own, (outcome) => outcome.ms).sort();
  const compared = base.size > 0;
  return {
    n: own.length,
    em: mean(hits),
    em_ci: intervalOf(hits),
    es: mean(similarities),
    es_ci: intervalOf(similarities),
    id_em: mean(names),
    id_em_ci: intervalOf(names),
    improved: compared ? mean(own.map((outcome) => Number(outcome.em && base.get(outcome.task) === false))) : null,
    worsened: compared ? mean(own.map((outcome) => Number(!outcome.em && base.get(outcome.task) === true))) : null,
    p50_ms: round(percentile(ms, 0.5), 1),
    p95_ms: round(percentile(ms, 0.95), 1),
    tokens_in: mean(own.map((outcome) => outcome.tokensIn), 1),
  };
}

function intervalOf(values: readonly number[]): [number, number] {
  const [lo, hi] = bootstrapInterval(values);
  return [round(lo), round(hi)];
}

function mean(values: readonly number[], digits = 4): number {
  return round(values.reduce((sum, value) => sum + value, 0) / values.length, digits);
}

function round(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}
