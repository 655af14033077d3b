import { createTokenizer, type Tokenizer } from '../../models/tokenizer.js';
import { generate } from '../../models/session/generate.js';
import { loadModel, type LoadedModel } from '../../models/worker/load.js';
import type { GenerateRequest, GenerateResult } from '../../models/types.js';
import { tinyTokenizer, writeRandomBundle, type BundleOptions } from './randomBundle.js';

/** A random bundle loaded in this thread; its folder is already gone. */
export async function loadRandom(options?: BundleOptions): Promise<LoadedModel> {
  const bundle = writeRandomBundle(options);
  try {
    return await loadModel(bundle.directory, { provider: 'cpu', float16: false, threads: 1 }, (why) => {
      throw new Error(why);
    });
  } finally {
    bundle.remove();
  }
}

/** Loads a model that recites a text after the prompt's last mark. */
export async function loadReciting(text: string, after = '<mid>', options?: BundleOptions): Promise<LoadedModel> {
  const tokenizer: Tokenizer = createTokenizer(tinyTokenizer().json);
  const ids = await tokenizer.encode(text);
  if (new Set(ids).size !== ids.length) throw new Error(`${JSON.stringify(text)} repeats a token`);
  return loadRandom({ ...options, recites: [tokenizer.specials.get(after)!, ...ids, tokenizer.specials.get('<eos>')!] });
}

export interface Answer extends GenerateResult {
  pieces: string[];
}

/** Runs a request to its end. */
export async function answer(model: LoadedModel, request: Partial<GenerateRequest> & { prefix: string }, cancelled: () => boolean = () => false): Promise<Answer> {
  const pieces: string[] = [];
  const steps = generate({ suffix: null, maxTokens: 24, stop: 'line', ...request }, model.generate, { cancelled, queued: 0, onText: (piece) => pieces.push(piece) });
  for (;;) {
    const { done, value } = await steps.next();
    if (done === true) return { ...value, pieces };
  }
}
