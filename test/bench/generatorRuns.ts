/**
 * What one run of the generator's graph takes, by arithmetic and threads, in turns:
 * `node dist/test/bench/generatorRuns.js [--bundle DIR] [--rounds N] [--operators]`. The runs are those of a completion:
 * the text's own rows, the end of the prompt with a tree of candidates, single tokens with and without a draft.
 * `--operators` shows where a run with candidates spends its time, by ONNX Runtime's own profile.
 */
import '../../models/onnx/noTelemetry.js';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatorParts, readManifest, readWeights } from '../../models/bundle/read.js';
import type { Manifest } from '../../models/bundle/manifest.js';
import { buildGenerator } from '../../models/onnx/generator.js';
import { InferenceSession, Tensor } from '../../models/onnx/runtime.js';
import { openSession } from '../../models/onnx/session.js';
import { seededRandom } from '../eval/random.js';
import { markdown } from '../eval/table.js';
import { bundleDirectory } from '../bundle.js';
import { positiveNumber } from './numbers.js';
import { median, timed } from './timing.js';

/** Rows of text, rows of drafts after them (each asked for its next token), rows cached before, tokens that may be copied. */
interface Run {
  name: string;
  sequence: number;
  drafts: number;
  past: number;
  copies: number;
}

const RUNS: readonly Run[] = [
  { name: 'text ahead: 256 rows', sequence: 256, drafts: 0, past: 0, copies: 0 },
  { name: 'end of the prompt and candidates: 17 + 59 rows', sequence: 17, drafts: 59, past: 345, copies: 724 },
  { name: 'one token', sequence: 1, drafts: 0, past: 380, copies: 724 },
  { name: 'one token and a draft of 5', sequence: 1, drafts: 5, past: 380, copies: 724 },
  { name: 'one token and a draft of 16', sequence: 1, drafts: 16, past: 380, copies: 724 },
];
const ARITHMETICS = ['float32', 'int8'] as const;
const THREADS = [1, 2];
const MEMORY = 16;

function feedsOf({ generator, fuser, pointer }: Manifest, { sequence, drafts, past, copies }: Run): Record<string, Tensor> {
  const random = seededRandom(3);
  const rows = sequence + drafts;
  const wanted = 1 + drafts;
  const ids = (count: number, at: (i: number) => number): Tensor => new Tensor('int64', BigInt64Array.from({ length: count }, (_, i) => BigInt(at(i))), [count]);
  const floats = (...extents: [number, number]): Tensor => new Tensor('float32', Float32Array.from({ length: extents[0] * extents[1] }, () => random() - 0.5), extents);
  const any = (): number => 100 + Math.floor(random() * (generator.vocab - 100));
  return {
    ids: ids(rows, any),
    order: ids(rows, (i) => i),
    positions: ids(rows, (i) => past + i),
    mask: new Tensor('float32', new Float32Array(rows * (past + rows)), [rows, past + rows]),
    past: floats(past, generator.layers * 2 * generator.kvHeads * generator.headDim),
    want: ids(wanted, (i) => sequence - 1 + i),
    ...(fuser && { memory: floats(MEMORY, fuser.memoryDim) }),
    ...(pointer && { copyKeys: floats(copies, pointer.dim), copyTokens: ids(Math.ceil(copies / 2), (i) => 100 + i), copyKinds: ids(copies, (i) => i >> 1), copyMatches: new Tensor('int32', new Int32Array(wanted * copies), [wanted, copies]) }),
  };
}

interface Profiled {
  cat: string;
  name: string;
  /** Microseconds. */
  dur: number;
  args: { op_name?: string };
}

async function operators(graph: Uint8Array, feeds: Record<string, Tensor>, rounds: number): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'hefc-operators-'));
  try {
    const session = await InferenceSession.create(graph, { executionProviders: ['cpu'], intraOpNumThreads: 1, enableProfiling: true, profileFilePrefix: join(folder, 'run') });
    for (let round = 0; round < rounds; round++) await session.run(feeds);
    session.endProfiling();
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')) as Profiled[];
    const sums = new Map<string, { ms: number; nodes: number }>();
    for (const { cat, name, dur, args } of events) {
      if (cat !== 'Node' || !name.endsWith('kernel_time')) continue;
      const sum = sums.get(args.op_name ?? name) ?? { ms: 0, nodes: 0 };
      sums.set(args.op_name ?? name, { ms: sum.ms + dur / 1000 / rounds, nodes: sum.nodes + 1 / rounds });
    }
    return [...sums].sort(([, a], [, b]) => b.ms - a.ms).map(([operator, { ms, nodes }]) => [operator, String(Math.round(nodes)), ms.toFixed(2)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { bundle: { type: 'string', default: bundleDirectory }, rounds: { type: 'string', default: '30' }, operators: { type: 'boolean', default: false } } });
const rounds = positiveNumber('rounds', values.rounds);
const manifest = readManifest(values.bundle);
const graphs = ARITHMETICS.map((arithmetic) => buildGenerator(manifest.generator, manifest.fuser?.memoryDim ?? null, readWeights(values.bundle, manifest, ...generatorParts(manifest)), arithmetic, manifest.pointer));
const ways = await Promise.all(ARITHMETICS.flatMap((arithmetic, a) => THREADS.map(async (threads) => ({ name: `${arithmetic}, ${threads} thread${threads > 1 ? 's' : ''}`, session: await openSession(graphs[a]!, { provider: 'cpu', threads }) }))));
const rows: string[][] = [];
for (const run of RUNS) {
  const feeds = feedsOf(manifest, run);
  const times: number[][] = ways.map(() => []);
  for (let round = -3; round < rounds; round++) {
    for (const [w, { session }] of ways.entries()) {
      const ms = await timed(() => session.run(feeds));
      if (round >= 0) times[w]!.push(ms);
    }
  }
  rows.push([run.name, ...times.map((each) => median(each).toFixed(2))]);
}
console.log(`One run of the generator of ${manifest.id}, milliseconds, median of ${rounds} in turns.\n`);
console.log(markdown(['run', ...ways.map(({ name }) => name)], rows).join('\n'));
if (values.operators) {
  for (const [a, arithmetic] of ARITHMETICS.entries()) {
    console.log(`\n${RUNS[1]!.name}, ${arithmetic}, one thread, by operator:\n`);
    console.log(markdown(['operator', 'nodes', 'ms'], await operators(graphs[a]!, feedsOf(manifest, RUNS[1]!), rounds)).join('\n'));
  }
}
