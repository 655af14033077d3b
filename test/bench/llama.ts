/**
 * hefc's generator beside llama.cpp on the same weights, in turns in one run:
 *
 *     node dist/test/bench/llama.js --llama-bench PROGRAM [--bundle DIR] [--size NAME …] [--types f16,q8_0] [--threads 2]
 *       [--rounds 5] [--repetitions 5] [--fastest] [--json]
 *
 * --size adds random weights of a planned shape (models/training/sizes). llama.cpp gets each generator as a GGUF file,
 * without pointer and projector, in each of the types (f32, f16, q8_0); hefc runs it as shipped, without its pointer, and
 * in int8. Figures are medians over all rounds, with --fastest the best of them, for a machine that others use.
 *
 * Batches "at once" start with nothing before them and give the probabilities after their last token only, on both sides.
 * What is "checked after the prompt" is a token and its drafts, of which each one's are wanted; llama-bench has no such test.
 */
import { parseArgs } from 'node:util';
import { bundleDirectory } from '../bundle.js';
import { progressLine } from '../eval/progressLine.js';
import { runAsScript } from '../eval/runAsScript.js';
import type { NumberType } from './gguf.js';
import { writePlannedBundle } from './plannedBundle.js';
import { speedJson, speedTable, type Compared, type Pick } from './speedTable.js';
import { takeTurns, type TurnSettings } from './speedTurns.js';
import { median } from './timing.js';

const TYPES: readonly string[] = ['f32', 'f16', 'q8_0'] satisfies NumberType[];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'llama-bench': { type: 'string' },
      bundle: { type: 'string', default: bundleDirectory },
      size: { type: 'string', multiple: true, default: [] },
      types: { type: 'string', default: 'f16,q8_0' },
      threads: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      repetitions: { type: 'string', default: '5' },
      fastest: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const program = values['llama-bench'];
  if (program === undefined) throw new Error('name the benchmark of llama.cpp with --llama-bench PROGRAM; docs/measuring.md says how to build it');
  const types = values.types.split(',');
  const unknown = types.find((type) => !TYPES.includes(type));
  if (unknown !== undefined) throw new Error(`--types takes ${TYPES.join(', ')}, not ${unknown}`);
  const count = (name: 'threads' | 'rounds' | 'repetitions'): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is not a positive number`);
    return value;
  };
  const settings: TurnSettings = { program, types: types as NumberType[], threads: count('threads'), rounds: count('rounds'), repetitions: count('repetitions') };

  const line = progressLine();
  const compared: Compared[] = [];
  try {
    compared.push(await takeTurns(values.bundle, settings, line.show));
    for (const size of values.size) {
      line.show(`${size}: random weights`);
      const planned = writePlannedBundle(size);
      try {
        compared.push({ ...(await takeTurns(planned.directory, settings, line.show)), model: `${size}, random weights` });
      } finally {
        planned.remove();
      }
    }
  } finally {
    line.end();
  }
  const pick: Pick = values.fastest ? (samples) => Math.min(...samples) : median;
  const { threads, rounds, repetitions } = settings;
  const what = values.fastest ? 'fastest' : 'median';
  if (values.json) {
    console.log(JSON.stringify({ threads, rounds, repetitions, what, models: compared.map((each) => speedJson(each, pick)) }, null, 2));
    return;
  }
  for (const each of compared) console.log(`${each.model}; ${what} of ${rounds} rounds of ${repetitions}, threads: ${threads}, llama.cpp ${each.build}\n\n${speedTable(each, pick)}\n`);
}

await runAsScript(import.meta.url, main);
