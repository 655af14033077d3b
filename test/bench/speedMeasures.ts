/** What is timed on both sides of llama.ts. */

/** Tokens of the prompt, and tokens written one by one. */
export const PROMPT_TOKENS = 512;
export const NEW_TOKENS = 64;
/** Sizes of small batches: as many tokens as drafting has checked in one run. */
export const BATCHES = [8, 16] as const;

export const MEASURES = {
  prompt: { what: `prompt of ${PROMPT_TOKENS}`, tokens: PROMPT_TOKENS, unit: 'tokens/s' },
  decode: { what: `${NEW_TOKENS} one by one`, tokens: NEW_TOKENS, unit: 'tokens/s' },
  decodeAfter: { what: `${NEW_TOKENS} after the prompt`, tokens: NEW_TOKENS, unit: 'tokens/s' },
  batch8: { what: '8 at once', tokens: 8, unit: 'ms' },
  batch16: { what: '16 at once', tokens: 16, unit: 'ms' },
  check8: { what: '8 checked after the prompt', tokens: 8, unit: 'ms' },
  check16: { what: '16 checked after the prompt', tokens: 16, unit: 'ms' },
} as const;

export type Measure = keyof typeof MEASURES;

/**
 * Milliseconds, a number a repetition; a measure that one side cannot take is absent there. `together` is the prompt and what
 * is written after it, where the two are only timed as one.
 */
export type Samples = Partial<Record<Measure | 'together', number[]>>;

/** Adds one round's samples to those of earlier ones. */
export function addSamples(all: Samples, more: Samples): void {
  for (const measure of Object.keys(more) as (keyof Samples)[]) all[measure] = [...(all[measure] ?? []), ...more[measure]!];
}
