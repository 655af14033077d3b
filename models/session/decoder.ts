import type { Prompt } from '../prompt.js';
import type { Tokenizer } from '../tokenizer.js';
import { logSum } from './candidates.js';
import { pays } from './healing.js';
import type { KeyValueCache } from './keyValueCache.js';
import { createTextStream } from './text.js';
import { childOf, type DraftTree } from './tree.js';

export interface DecoderSettings {
  prompt: Prompt;
  tokenizer: Tokenizer;
  eos: number;
  /** See lineEnders. */
  enders: number[];
  /** Stop at the end of the line. */
  line: boolean;
  onText: (text: string) => void;
}

/** The greedy text as it grows. */
export interface Decoder {
  text: string;
  logProb: number;
  drafted: number;
  accepted: number;
  /** Tokens chosen so far, those that repeat owed bytes included. */
  readonly written: number[];
  /** The last token chosen, not run yet. */
  pending: number;
  /**
   * Chooses tokens as far as the tree foresaw them, and one beyond; rows of accepted nodes, which begin at `firstRow`
   * of `fresh`, enter the cache. Returns why the text ends here, or null when `pending` has to be run.
   */
  walk(cache: KeyValueCache, next: Float32Array, tree: DraftTree, after: (node: number) => Float32Array, fresh: Float32Array, firstRow: number): 'line' | 'eos' | 'length' | null;
}

export function createDecoder({ prompt, tokenizer, eos, enders, line, onText }: DecoderSettings): Decoder {
  const stream = createTextStream(tokenizer, prompt.owed);

  /** The most probable token; while bytes are owed, the most probable of those that repeat them. Marks of the prompt are never chosen. */
  function choose(row: Float32Array): number {
    const owed = stream.owed();
    let best = -1;
    let highest = -Infinity;
    for (let token = 0; token < row.length; token++) {
      const value = row[token]!;
      if (value <= highest) continue;
      const bytes = tokenizer.bytesOf(token);
      if (owed.length > 0 ? !pays(bytes, owed) : bytes.length === 0 && token !== eos) continue;
      best = token;
      highest = value;
    }
    return best < 0 ? eos : best;
  }

  const decoder: Decoder = {
    text: '',
    logProb: 0,
    drafted: 0,
    accepted: 0,
    written: [],
    pending: -1,
    walk(cache, next, tree, after, fresh, firstRow) {
      let row = next;
      let node = -1;
      for (;;) {
        const token = choose(row);
        if (token === eos) {
          decoder.logProb += line ? logSum(row, enders) : row[token]!;
          return 'eos';
        }
        decoder.written.push(token);
        const piece = stream.push(token, line);
        if (piece !== '') {
          decoder.text += piece;
          onText(piece);
        }
        const ends = stream.ended() && piece === '' && enders.includes(token);
        decoder.logProb += ends ? logSum(row, enders) : row[token]!;
        if (stream.ended()) return 'line';
        if (decoder.written.length >= prompt.maxTokens) return 'length';
        node = childOf(tree, node, token);
        if (node < 0) {
          decoder.pending = token;
          return null;
        }
        decoder.accepted++;
        cache.append(token, fresh, firstRow + node);
        row = after(node);
      }
    },
  };
  return decoder;
}
