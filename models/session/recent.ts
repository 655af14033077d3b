import type { Tokenizer } from '../tokenizer.js';

/**
 * The same tokenizer, except that it looks up texts met among the last `limit`: requests of one file bring mostly the
 * same chunks, and what was prepared comes again. The lists handed out are shared and must not be changed.
 */
export function rememberTokens(tokenizer: Tokenizer, limit: number): Tokenizer {
  const known = new Map<string, number[]>();
  const remembering: Tokenizer = {
    ...tokenizer,
    encode: async (text) => (await remembering.encodeBatch([text]))[0]!,
    async encodeBatch(texts) {
      const found = new Map(texts.map((text) => [text, known.get(text)]));
      const missing = [...found.keys()].filter((text) => found.get(text) === undefined);
      for (const [i, ids] of (await tokenizer.encodeBatch(missing)).entries()) found.set(missing[i]!, ids);
      for (const [text, ids] of found) {
        known.delete(text);
        known.set(text, ids!);
      }
      for (const text of known.keys()) {
        if (known.size <= limit) break;
        known.delete(text);
      }
      return texts.map((text) => found.get(text)!);
    },
  };
  return remembering;
}
