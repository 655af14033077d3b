/** The options of `hefc suggest`. */
import { wholeNumber } from './place.js';

export interface SuggestOptions {
  history?: boolean;
  null?: boolean;
  json?: boolean;
  limit: number;
  timeout: number;
}

export const SUGGEST_DEFAULTS = { limit: 10, timeout: 1500 } as const;

const FLAGS: Readonly<Record<string, 'history' | 'null' | 'json'>> = { '--history': 'history', '--null': 'null', '--json': 'json' };

/** Reads arguments as the shells' own scripts write them, without loading commander; undefined for all others. */
export function readSuggest(args: readonly string[]): SuggestOptions | undefined {
  const found: SuggestOptions = { ...SUGGEST_DEFAULTS };
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (Object.hasOwn(FLAGS, word)) found[FLAGS[word]!] = true;
    else if (word === '--limit' || word === '--timeout') {
      const value = wholeNumber(args[++i] ?? '', 1);
      if (value === undefined) return undefined;
      found[word === '--limit' ? 'limit' : 'timeout'] = value;
    } else return undefined;
  }
  return found.null === true && found.json === true ? undefined : found;
}
