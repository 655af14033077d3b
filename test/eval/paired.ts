/** Differences between two arms of the same run, task by task. */
import { ARMS, type Arm } from './arms.js';
import { bootstrapInterval, bootstrapRatio } from './bootstrap.js';
import type { Outcome } from './report.js';

/** Mean of one minus another over the tasks of both, with its 95 % interval (paired bootstrap). Shares, −1..1. */
export interface Gain {
  n: number;
  em: number;
  em_ci: [number, number];
  es: number;
  es_ci: [number, number];
}

export interface Difference extends Gain {
  /** 'all', or a language where there are several. */
  scope: string;
  arm: Arm;
  against: Arm;
}

/** (hef − none) / (snippet − none), with its 95 % interval. */
export interface Recovered {
  share: number;
  ci: [number, number];
}

/** Null is undefined: the interval of the gain of pasted text contains 0. */
export interface Recovery {
  em: Recovered | null;
  es: Recovered | null;
}

/** Comparisons beside those with `none`: what each gate asks. */
const AGAINST: readonly [Arm, Arm][] = [
  ['hef', 'hef-shuffled'],
  ['hef', 'hef-foreign'],
  ['hef-files', 'hef-mean'],
  ['hef', 'snippet-512'],
  ['hef', 'snippet-2048'],
  ['product', 'copy'],
];

const VALUES = { em: (outcome: Outcome) => Number(outcome.em), es: (outcome: Outcome) => outcome.es };
type Metric = keyof typeof VALUES;

export function pairedDifferences(outcomes: readonly Outcome[]): Difference[] {
  const languages = [...new Set(outcomes.map(({ language }) => language))];
  const scopes = [['all', outcomes] as const, ...(languages.length > 1 ? languages.map((language) => [language, outcomes.filter((outcome) => outcome.language === language)] as const) : [])];
  return scopes.flatMap(([scope, own]) => {
    const arms = byArm(own);
    const pairs = [...[...arms.keys()].filter((arm) => arm !== 'none').map((arm): [Arm, Arm] => [arm, 'none']), ...AGAINST];
    return pairs.flatMap(([arm, against]) => {
      const [a, b] = [arms.get(arm), arms.get(against)];
      if (a === undefined || b === undefined) return [];
      return [{ scope, arm, against, ...gainOf(a, b) }];
    });
  });
}

/** Of two runs of one arm over the same tasks: the first minus the second. */
export function differenceOf(outcomes: readonly Outcome[], against: readonly Outcome[]): Gain {
  const byTask = (own: readonly Outcome[]): ByTask => new Map(own.map((outcome) => [outcome.task, outcome]));
  return gainOf(byTask(outcomes), byTask(against));
}

function gainOf(a: ByTask, b: ByTask): Gain {
  const em = gains(a, b, 'em');
  const es = gains(a, b, 'es');
  return { n: em.length, em: mean(em), em_ci: rounded(bootstrapInterval(em)), es: mean(es), es_ci: rounded(bootstrapInterval(es)) };
}

export function recoveries(outcomes: readonly Outcome[]): Partial<Record<Arm, Recovery>> {
  const arms = byArm(outcomes);
  const [none, hef] = [arms.get('none'), arms.get('hef')];
  if (none === undefined || hef === undefined) return {};
  const found: Partial<Record<Arm, Recovery>> = {};
  for (const snippet of (Object.keys(ARMS) as Arm[]).filter((arm) => arm.startsWith('snippet-'))) {
    const pasted = arms.get(snippet);
    if (pasted !== undefined) found[snippet] = { em: recovered(hef, pasted, none, 'em'), es: recovered(hef, pasted, none, 'es') };
  }
  return found;
}

function recovered(hef: ByTask, pasted: ByTask, none: ByTask, metric: Metric): Recovered | null {
  const gained = gains(hef, none, metric);
  const could = gains(pasted, none, metric);
  const [lo, hi] = bootstrapInterval(could);
  // Also for NaN, of no task.
  if (!(lo > 0 || hi < 0)) return null;
  return { share: round(sum(gained) / sum(could)), ci: rounded(bootstrapRatio(gained, could)) };
}

type ByTask = ReadonlyMap<string, Outcome>;

function byArm(outcomes: readonly Outcome[]): Map<Arm, ByTask> {
  const arms = new Map<Arm, Map<string, Outcome>>();
  for (const outcome of outcomes) {
    const own = arms.get(outcome.arm) ?? new Map<string, Outcome>();
    arms.set(outcome.arm, own.set(outcome.task, outcome));
  }
  return arms;
}

/** a − b of every task of both, in the order of a. */
function gains(a: ByTask, b: ByTask, metric: Metric): number[] {
  const value = VALUES[metric];
  return [...a].flatMap(([task, outcome]) => {
    const other = b.get(task);
    return other === undefined ? [] : [value(outcome) - value(other)];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return round(sum(values) / values.length);
}

function rounded([lo, hi]: [number, number]): [number, number] {
  return [round(lo), round(hi)];
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
