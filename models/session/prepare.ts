import { buildPrompt } from '../prompt.js';
import type { PrepareRequest } from '../types.js';
import type { GenerateParts } from './generate.js';
import { commonPrefix } from './keyValueCache.js';
import { prefill, PREFILL_ROWS } from './prefill.js';

/** Fewer rows than these are cheaper run together with what follows them. */
const WORTH_A_RUN = 16;

/**
 * Runs the file's own text into the cache of its session, up to where memory would stand: the request that follows finds
 * it there, and the text's tokens among the recent ones. A job for the queue that yields between runs of the model.
 */
export async function* prepare(request: PrepareRequest, { manifest, tokenizer, heal, generator, pointer, shelf }: GenerateParts): AsyncGenerator<void, undefined> {
  const prompt = await buildPrompt({ ...request, stop: 'line' }, tokenizer, manifest, heal);
  const shared = prompt.memoryRows.at;
  const cache = shelf.take(request.session);
  const known = commonPrefix(cache.keys, prompt.keys.slice(0, shared));
  if (shared - known < WORTH_A_RUN) return;
  cache.truncate(known);
  const { memory, memoryRows } = prompt;
  // No token is chosen after these rows, so there is nothing to copy; one entry, since not every provider takes none.
  const entry = { tokens: [manifest.special.pad], depths: [0], vectors: [-1], above: [false] };
  const copies = pointer === null ? null : await pointer.copies({ pointable: entry, memory });
  try {
    while (cache.keys.length < shared) {
      await prefill(generator, cache, prompt, { memory, memoryRows, copies }, Math.min(PREFILL_ROWS, shared - cache.keys.length));
      yield;
    }
  } finally {
    shelf.trim();
  }
}
