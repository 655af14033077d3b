import type { Prompt } from '../prompt.js';
import type { Generator, Given } from './generator.js';
import type { KeyValueCache } from './keyValueCache.js';
import { emptyTree } from './tree.js';

/** Rows of a prompt run at once: cancellation and the deadline are looked at in between. */
export const PREFILL_ROWS = 256;

/** Runs the next `rows` rows of a prompt into its cache. */
export async function prefill(generator: Generator, cache: KeyValueCache, prompt: Prompt, given: Given, rows: number): Promise<void> {
  const start = cache.keys.length;
  const run = await generator.run(cache, prompt.rows.slice(start, start + rows), given, emptyTree());
  for (let t = 0; t < rows; t++) cache.append(prompt.keys[start + t]!, run.fresh, t);
}
