import type { Manifest, Precision } from '../../models/bundle/manifest.js';
import { generatorParts, readManifest, readWeights, type Weights } from '../../models/bundle/read.js';
import { buildGenerator } from '../../models/onnx/generator.js';
import { buildPointer } from '../../models/onnx/pointer.js';
import { openRunner, type Runner } from '../../models/onnx/runner.js';
import { pointableEntries } from '../../models/pointable.js';
import { createDecoder, type Decoder } from '../../models/session/decoder.js';
import { PREFILL_ROWS } from '../../models/session/prefill.js';
import { createGenerator, type Generator, type Given } from '../../models/session/generator.js';
import { createKeyValueCache, type KeyValueCache } from '../../models/session/keyValueCache.js';
import { createPointer, type Pointer } from '../../models/session/pointer.js';
import { addPath, emptyTree } from '../../models/session/tree.js';
import { openTokenizer, type Tokenizer } from '../../models/tokenizer.js';
import { addSamples, BATCHES, NEW_TOKENS, PROMPT_TOKENS, type Samples } from './speedMeasures.js';
import { timed } from './timing.js';

/** Tokens above the prompt that a pointer may copy too: as many as the shipped bundle sees. */
const FAR_TOKENS = 512;

/** A way to build a bundle's generator. */
export interface Variant {
  pointer: boolean;
  precision: Precision;
}

/** Takes every measure `repetitions` times, after one more that is not counted. */
export type SpeedMeter = (repetitions: number) => Promise<Samples>;

/**
 * A meter of the generator on the CPU, run as a completion runs it: the same graph, cache and decoder, prompts in the same
 * pieces, the pointer's keys as a part of the prompt. `text` gives the prompt and, where there is a pointer, the far text
 * above it. Throws when it is too short.
 */
export async function openSpeedMeter(directory: string, variant: Variant, threads: number, text: string): Promise<SpeedMeter> {
  const manifest = readManifest(directory);
  const tokenizer = openTokenizer(directory);
  const { generator, pointer } = await openGenerator(directory, manifest, variant, threads);
  const ids = await tokenizer.encode(text);
  const far = ids.slice(0, FAR_TOKENS);
  const prompt = ids.slice(FAR_TOKENS, FAR_TOKENS + PROMPT_TOKENS);
  if (prompt.length < PROMPT_TOKENS) throw new Error(`the text has ${ids.length} tokens instead of ${FAR_TOKENS + PROMPT_TOKENS}`);
  return async (repetitions) => {
    const samples: Samples = {};
    for (let repetition = -1; repetition < repetitions; repetition++) {
      const taken = await measure({ generator, pointer, tokenizer, manifest, prompt, far });
      if (repetition >= 0) addSamples(samples, taken);
    }
    return samples;
  };
}

async function openGenerator(directory: string, manifest: Manifest, variant: Variant, threads: number): Promise<{ generator: Generator; pointer: Pointer | null }> {
  const { generator: shape, fuser, special } = manifest;
  const points = variant.pointer ? manifest.pointer : undefined;
  const memoryDim = fuser?.memoryDim ?? null;
  const weights = (): Weights => readWeights(directory, manifest, ...generatorParts(manifest));
  const open = (build: () => Uint8Array): Promise<Runner> =>
    openRunner(build, { provider: 'cpu', threads }, (why) => {
      throw new Error(why);
    });
  const graph = await open(() => buildGenerator(shape, memoryDim, weights(), variant.precision, points));
  const pointer = points === undefined || fuser === null ? null : createPointer(await open(() => buildPointer(points, fuser, shape.vocab, special.pad, weights())), points, fuser.memoryDim, special.pad);
  return { generator: createGenerator(graph, shape, memoryDim, special), pointer };
}

interface Subject {
  generator: Generator;
  pointer: Pointer | null;
  tokenizer: Tokenizer;
  manifest: Manifest;
  prompt: number[];
  far: number[];
}

async function measure(subject: Subject): Promise<Samples> {
  const { generator, prompt } = subject;
  const samples: Samples = {};
  const take = async (measure: keyof Samples, action: () => unknown): Promise<void> => addSamples(samples, { [measure]: [await timed(action)] });

  let given = await givenOf(subject);
  let cache = createKeyValueCache(generator.rowFloats);
  let row: Float32Array = new Float32Array();
  await take('prompt', async () => {
    given = await givenOf(subject);
    row = await prefill(generator, cache, prompt, given);
  });
  const decoder = decoderOf(subject);
  decoder.walk(row, emptyTree(), -1, () => row, () => undefined);
  for (const size of BATCHES) {
    const tree = emptyTree();
    addPath(tree, prompt.slice(0, size - 1));
    await take(`check${size}`, () => generator.run(cache, [decoder.pending], given, tree));
  }
  await take('decodeAfter', () => decode(generator, cache, given, decoder));

  cache = createKeyValueCache(generator.rowFloats);
  const fresh = decoderOf(subject);
  fresh.write(prompt[0]!, 0);
  await take('decode', () => decode(generator, cache, given, fresh));
  for (const size of BATCHES) await take(`batch${size}`, () => generator.run(createKeyValueCache(generator.rowFloats), prompt.slice(0, size), given, emptyTree()));
  return samples;
}

async function givenOf({ pointer, manifest, prompt, far }: Subject): Promise<Given> {
  const pointable = pointableEntries([prompt, far].map((ids) => ({ ids, vector: null, above: true })), manifest.fuser?.sliceTokens ?? 1);
  const memory = new Float32Array();
  return { memory, memoryRows: { at: prompt.length, count: 0 }, copies: pointer === null ? null : await pointer.copies({ pointable, memory }) };
}

/** The greedy decoder of a completion, which no token ends before its time. */
function decoderOf({ tokenizer, prompt }: Subject): Decoder {
  const none = new Float32Array();
  const settings = { rows: prompt, keys: prompt, memory: none, memoryDim: 1, memoryRows: { at: prompt.length, count: 0 }, pointable: null, owed: new Uint8Array(), maxTokens: NEW_TOKENS + 1, tokens: { prefix: prompt.length, suffix: 0, pasted: 0, memory: 0 } };
  return createDecoder({ prompt: settings, tokenizer, eos: -1, enders: [], line: false, runnersUp: 0, onText: () => undefined });
}

/** Runs the prompt piece by piece; returns what follows it. */
async function prefill(generator: Generator, cache: KeyValueCache, prompt: number[], given: Given): Promise<Float32Array> {
  let next: Float32Array = new Float32Array();
  for (let start = 0; start < prompt.length; start += PREFILL_ROWS) {
    const rows = prompt.slice(start, start + PREFILL_ROWS);
    const run = await generator.run(cache, rows, given, emptyTree());
    for (const [t, id] of rows.entries()) cache.append(id, run.fresh, t);
    next = run.next;
  }
  return next;
}

/** One run a token, nothing drafted, until the decoder has written its last. */
async function decode(generator: Generator, cache: KeyValueCache, given: Given, decoder: Decoder): Promise<void> {
  for (let stopped: string | null = null; stopped === null; ) {
    const { pending } = decoder;
    const run = await generator.run(cache, [pending], given, emptyTree());
    cache.append(pending, run.fresh, 0);
    stopped = decoder.walk(run.next, emptyTree(), -1, run.after, () => undefined);
  }
}
