import { weightCount, type Precision } from '../bundle/manifest.js';
import { generatorParts, readManifest, readWeights, type Weights } from '../bundle/read.js';
import { createFuser, type Fuser } from '../fusing/fuser.js';
import { buildFuser } from '../onnx/fuser.js';
import { buildGenerator } from '../onnx/generator.js';
import type { Arithmetic } from '../onnx/linear.js';
import { buildNodeFuser } from '../onnx/nodeFuser.js';
import { buildPointer } from '../onnx/pointer.js';
import { openRunner } from '../onnx/runner.js';
import type { GenerateParts } from '../session/generate.js';
import { createGenerator } from '../session/generator.js';
import { createHealing } from '../session/healing.js';
import { createCacheShelf } from '../session/keyValueCache.js';
import { createPointer, type Pointer } from '../session/pointer.js';
import { rememberTokens } from '../session/recent.js';
import { lineEnders } from '../session/text.js';
import { openTokenizer } from '../tokenizer.js';
import type { DeviceInfo } from '../types.js';

export interface LoadedModel {
  generate: GenerateParts;
  /** null for a generator-only bundle. */
  fuser: Fuser | null;
}

/** Texts whose tokens are kept: chunks come back with every keystroke. */
const recentTexts = 256;
/**
 * A generator of fewer weights runs on one thread: sharing its short operators costs more than it brings, with threads
 * that sleep in between, and the other core is free for retrieval (node dist/test/bench/generatorRuns.js).
 */
const WEIGHTS_WORTH_SHARING = 10e6;
/** Open files whose key/value caches are kept, and their bytes in all. */
const cacheLimits = { sessions: 8, bytes: 128 * 2 ** 20 };

/** Loads a bundle into sessions. Throws one line naming the cause and the fix when a part is not sound. */
export async function loadModel(directory: string, device: Omit<DeviceInfo, 'why'>, onFallback: (why: string) => void): Promise<LoadedModel> {
  const manifest = readManifest(directory);
  const { generator: shape, fuser: fuserShape, pointer: pointerShape, precision, special } = manifest;
  const tokenizer = openTokenizer(directory);
  if (tokenizer.size > shape.vocab) {
    throw new Error(`${directory}: the tokenizer has ${tokenizer.size} tokens, the generator only ${shape.vocab}; copy or download the bundle again.`);
  }
  const memoryDim = fuserShape?.memoryDim ?? null;
  // The int8 products are the CPU's: accelerators have no kernel for them and would copy every operand back and forth.
  const generatorArithmetic = (provider: string): Arithmetic => (provider === 'cpu' ? precision.generator : device.float16 ? 'float16' : 'float32');
  // Vectors are kept for whatever device comes next, so accelerators make them in float32, as near to the CPU's as they can.
  const fuserPrecision = (provider: string): Precision => (provider === 'cpu' ? precision.fuser : 'float32');
  const generatorDevice = { ...device, threads: weightCount(shape) < WEIGHTS_WORTH_SHARING ? 1 : device.threads };
  const graph = await openRunner((provider) => buildGenerator(shape, memoryDim, readWeights(directory, manifest, ...generatorParts(manifest)), generatorArithmetic(provider), pointerShape), generatorDevice, onFallback);
  const generator = createGenerator(graph, shape, memoryDim, special);

  let pointer: Pointer | null = null;
  if (pointerShape !== undefined && fuserShape !== null) {
    const build = (): Uint8Array => buildPointer(pointerShape, fuserShape, shape.vocab, special.pad, readWeights(directory, manifest, ...generatorParts(manifest)));
    pointer = createPointer(await openRunner(build, generatorDevice, onFallback), pointerShape, fuserShape.memoryDim, special.pad);
  }

  let fuser: Fuser | null = null;
  if (fuserShape !== null) {
    // Read anew for each use, so that no second copy of the weights stays in memory.
    const weights = (): Weights => readWeights(directory, manifest, 'fuser.safetensors');
    fuser = createFuser({
      shape: fuserShape,
      pad: special.pad,
      embedding: weights().get('fuser.embed_tokens.weight', [shape.vocab, fuserShape.width]).slice(),
      tokenizer,
      chunkGraph: await openRunner((provider) => buildFuser(fuserShape, shape.vocab, weights(), fuserPrecision(provider)), device, onFallback),
      nodeGraph: await openRunner((provider) => buildNodeFuser(fuserShape, weights(), fuserPrecision(provider)), device, onFallback),
    });
  }
  return {
    generate: { manifest, tokenizer: rememberTokens(tokenizer, recentTexts), generator, pointer, heal: createHealing(tokenizer), shelf: createCacheShelf(generator.rowFloats, cacheLimits), enders: lineEnders(tokenizer, special.eos) },
    fuser,
  };
}
