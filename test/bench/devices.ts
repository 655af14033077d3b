/**
 * The CPU beside an accelerator, in turns in one run: `node dist/test/bench/devices.js [--bundle DIR] [--provider NAME]
 * [--places N]` prints for each the time of a completion (p50, p95) and the tokens fused a second, and how near the
 * accelerator's lines and vectors come to the CPU's. The text is hefc's own source. Without a usable accelerator it says
 * why and exits with 1; `--provider cpu` compares the CPU with itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import { startInference } from '../../models/start.js';
import type { FusedVectors, GenerateResult, Inference } from '../../models/types.js';
import { percentile } from '../eval/bootstrap.js';
import { markdown } from '../eval/table.js';
import { bundleDirectory } from '../bundle.js';
import { timed } from './timing.js';

/** Characters of a piece: a full chunk and more, whose rest the fuser cuts off. */
const CHARACTERS = 1200;
const PIECES = 8;

/** A place to complete at, and the texts that make its memory. */
interface Place {
  prefix: string;
  pieces: string[];
}

function drawPlaces(count: number): Place[] {
  const folder = join(packageRoot(), 'daemon');
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const pieces = texts.flatMap((text) => (text.length >= CHARACTERS ? [text.slice(0, CHARACTERS)] : []));
  return texts.slice(0, count).map((text, i) => {
    const lines = text.split('\n');
    const line = Math.floor(lines.length / 2);
    return {
      prefix: lines.slice(0, line).join('\n') + '\n' + /^\s*/.exec(lines[line]!)![0],
      pieces: Array.from({ length: PIECES }, (_, piece) => pieces[(i * PIECES + piece) % pieces.length]!),
    };
  });
}

interface Run {
  fused: FusedVectors[];
  fuseMs: number;
  written: GenerateResult;
  completeMs: number;
}

async function runPlace(inference: Inference, { prefix, pieces }: Place): Promise<Run> {
  let fused: FusedVectors[] = [];
  const fuseMs = await timed(async () => {
    fused = (await inference.fuseBlob(pieces, { priority: 'index' })).chunks;
  });
  const memory = fused.map(({ memory, scales }, i) => ({ memory, scales, text: pieces[i]! }));
  let written: GenerateResult | undefined;
  const completeMs = await timed(async () => {
    written = await inference.generate({ prefix, suffix: null, memory, maxTokens: 48, stop: 'line' }, {});
  });
  return { fused, fuseMs, written: written!, completeMs };
}

/** Largest difference of two lists of vectors, in steps of int8. */
function vectorSteps(left: FusedVectors[], right: FusedVectors[]): number {
  const steps = (a: Int8Array, b: Int8Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  return Math.max(...left.map(({ memory, key }, i) => Math.max(steps(memory, right[i]!.memory), steps(key, right[i]!.key))));
}

const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { bundle: { type: 'string', default: bundleDirectory }, provider: { type: 'string' }, places: { type: 'string', default: '40' } } });
  const places = drawPlaces(Number(values.places));
  if (places.length === 0) throw new Error('--places must be a positive number');
  const other = await startInference(values.bundle, values.provider === undefined ? {} : { provider: values.provider });
  const { provider, float16, why } = other.device();
  if (provider === 'cpu' && values.provider !== 'cpu') {
    await other.close();
    throw new Error(`nothing to compare: ${why}`);
  }
  const cpu = await startInference(values.bundle, { provider: 'cpu' });
  try {
    const tokens = (await (await openTokenCounter(values.bundle)).count(places[0]!.pieces)).reduce((sum, each) => sum + Math.min(each, cpu.shapes.chunkTokens), 0);
    const runs: { cpu: Run; other: Run }[] = [];
    for (const inference of [cpu, other]) await runPlace(inference, places[0]!); // the first run of a shape is slower
    for (const place of places) runs.push({ cpu: await runPlace(cpu, place), other: await runPlace(other, place) });
    const row = (name: string, which: 'cpu' | 'other'): string[] => {
      const complete = sorted(runs.map((each) => each[which].completeMs));
      const fuse = sorted(runs.map((each) => each[which].fuseMs));
      return [name, percentile(complete, 0.5).toFixed(1), percentile(complete, 0.95).toFixed(1), Math.round((1000 * tokens) / percentile(fuse, 0.5)).toLocaleString('en-US')];
    };
    console.log(`${cpu.modelId}, ${places.length} places; ${provider}: ${why}\n`);
    console.log(markdown(['device', 'completion p50, ms', 'p95, ms', 'tokens fused a second'], [row('cpu', 'cpu'), row(`${provider}${float16 ? ', float16' : ''}`, 'other')]).join('\n'));
    const same = runs.filter((each) => each.cpu.written.text === each.other.written.text);
    const apart = Math.max(0, ...same.map((each) => Math.abs(each.cpu.written.logProb - each.other.written.logProb)));
    const steps = Math.max(...runs.map((each) => vectorSteps(each.cpu.fused, each.other.fused)));
    console.log(`\nSame line: ${same.length} of ${runs.length}; log-probabilities of those differ by at most ${apart.toFixed(3)}. Vectors differ by at most ${steps} of 127 steps.`);
    if (other.device().provider !== provider) console.log(`It did not last: ${other.device().why}`);
  } finally {
    await Promise.all([cpu.close(), other.close()]);
  }
}

await main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
