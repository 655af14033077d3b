import { markdown } from '../eval/table.js';
import { MEASURES, type Measure, type Samples } from './speedMeasures.js';

export interface Contestant {
  name: string;
  samples: Samples;
}

/** One model on both sides. */
export interface Compared {
  model: string;
  /** The commit of llama.cpp, as far as its build knows it. */
  build: string;
  llama: Contestant[];
  hefc: Contestant[];
}

const measures = Object.keys(MEASURES) as Measure[];

/** Which of a measure's samples counts: their median, or the least where others disturb the machine. */
export type Pick = (samples: readonly number[]) => number;

/** Milliseconds; null where nothing was measured, or nothing that can be. */
function msOf(samples: Samples, measure: Measure, pick: Pick): number | null {
  const { [measure]: own, together, prompt } = samples;
  if (own !== undefined) return pick(own);
  if (measure !== 'decodeAfter' || together === undefined || prompt === undefined) return null;
  const rest = pick(together) - pick(prompt);
  // Of a machine too disturbed for a difference nothing is said.
  return rest > 0 ? rest : null;
}

/** In the measure's own unit; null where nothing was measured. */
export function speedOf(samples: Samples, measure: Measure, pick: Pick): number | null {
  const ms = msOf(samples, measure, pick);
  return ms === null || MEASURES[measure].unit === 'ms' ? ms : (1000 * MEASURES[measure].tokens) / ms;
}

/** How many times as fast as the other one: above 1 it is faster. null where one of them was not measured. */
export function timesAsFast(samples: Samples, other: Samples, measure: Measure, pick: Pick): number | null {
  const [own, others] = [msOf(samples, measure, pick), msOf(other, measure, pick)];
  return own === null || others === null ? null : others / own;
}

/** What each took, and below it how many times as fast as each of llama.cpp's hefc was. */
export function speedTable({ llama, hefc }: Compared, pick: Pick): string {
  const taken = [...llama, ...hefc].map(({ name, samples }) => [name, ...measures.map((measure) => shown(speedOf(samples, measure, pick)))]);
  const both = measures.filter((measure) => pairs(llama, hefc).some(([, own, other]) => timesAsFast(own, other, measure, pick) !== null));
  const ratios = pairs(llama, hefc).map(([name, own, other]) => [name, ...both.map((measure) => shown(timesAsFast(own, other, measure, pick), 2))]);
  return [
    ...markdown(['', ...measures.map((measure) => `${MEASURES[measure].what}, ${MEASURES[measure].unit}`)], taken),
    '',
    ...markdown(['times as fast', ...both.map((measure) => MEASURES[measure].what)], ratios),
  ].join('\n');
}

/** The same for programs. */
export function speedJson({ model, build, llama, hefc }: Compared, pick: Pick): object {
  const row = (value: (measure: Measure) => number | null) => Object.fromEntries(measures.map((measure) => [measure, value(measure)]));
  return {
    model,
    llama_build: build,
    units: Object.fromEntries(measures.map((measure) => [measure, MEASURES[measure].unit])),
    speeds: Object.fromEntries([...llama, ...hefc].map(({ name, samples }) => [name, row((measure) => speedOf(samples, measure, pick))])),
    times_as_fast: Object.fromEntries(pairs(llama, hefc).map(([name, own, other]) => [name, row((measure) => timesAsFast(own, other, measure, pick))])),
  };
}

function pairs(llama: readonly Contestant[], hefc: readonly Contestant[]): [string, Samples, Samples][] {
  return hefc.flatMap((own) => llama.map((other): [string, Samples, Samples] => [`${own.name} / ${other.name}`, own.samples, other.samples]));
}

function shown(value: number | null, digits?: number): string {
  return value === null ? '' : value.toFixed(digits ?? (value < 100 ? 1 : 0));
}
