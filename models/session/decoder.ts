import type { Prompt } from '../prompt.js';
import type { Tokenizer } from '../tokenizer.js';
import { pays } from './healing.js';
import { logSum } from './logSum.js';
import { createTextStream } from './text.js';
import { topTokens } from './topTokens.js';
import { childOf, type DraftTree } from './tree.js';

export interface DecoderSettings {
  prompt: Prompt;
  tokenizer: Tokenizer;
  eos: number;
  /** See lineEnders. */
  enders: number[];
  /** Stop at the end of the line. */
  line: boolean;
  /** How many tokens besides the chosen one are kept at each step, to branch off from. */
  runnersUp: number;
  onText: (text: string) => void;
}

/** A token that might have been chosen in place of `written[at]`. */
export interface Branch {
  at: number;
  token: number;
  /** Its log-probability; of all enders together where it ends the line. */
  step: number;
}

export type Stopped = 'line' | 'eos' | 'length';

/** The greedy text as it grows. */
export interface Decoder {
  text: string;
  /** Sum of `steps`. */
  readonly logProb: number;
  /** Log-probability of each token chosen; of all enders together where the line ends. */
  readonly steps: number[];
  drafted: number;
  accepted: number;
  /** Tokens chosen so far, those that repeat owed bytes included. */
  readonly written: number[];
  readonly branches: Branch[];
  /** The last token chosen, not run yet. */
  pending: number;
  /** Writes a token whatever its rank. Returns why the text ends with it, or null. */
  write(token: number, step: number): Stopped | null;
  /**
   * Chooses tokens as far as the tree foresaw them from `node` on (−1: its root), and one beyond; `row` is what follows
   * that node, and `accept` is told of each foreseen one. Returns why the text ends here, or null when `pending` has to
   * be run.
   */
  walk(row: Float32Array, tree: DraftTree, node: number, after: (node: number) => Float32Array, accept: (token: number, node: number) => void): Stopped | null;
}

export function createDecoder({ prompt, tokenizer, eos, enders, line, runnersUp, onText }: DecoderSettings): Decoder {
  const stream = createTextStream(tokenizer, prompt.owed);
  const ends = new Set(line ? enders : []);

  /** The most probable tokens; while bytes are owed, of those that repeat them. Marks of the prompt are never among them. */
  function best(row: Float32Array): number[] {
    const owed = stream.owed();
    return topTokens(row, 1 + runnersUp, (token) => {
      const bytes = tokenizer.bytesOf(token);
      return owed.length > 0 ? pays(bytes, owed) : bytes.length > 0 || token === eos;
    });
  }
  /** While bytes are owed a line break may be one of them: then it ends nothing. */
  const stepOf = (row: Float32Array, token: number): number => (ends.has(token) && stream.owed().length === 0 ? logSum(row, enders) : row[token]!);

  const decoder: Decoder = {
    text: '',
    get logProb() {
      return decoder.steps.reduce((sum, step) => sum + step, 0);
    },
    steps: [],
    drafted: 0,
    accepted: 0,
    written: [],
    branches: [],
    pending: -1,
    write(token, step) {
      decoder.steps.push(step);
      if (token === eos) return 'eos';
      decoder.written.push(token);
      const piece = stream.push(token, line);
      if (piece !== '') {
        decoder.text += piece;
        onText(piece);
      }
      if (stream.ended()) return 'line';
      if (decoder.written.length >= prompt.maxTokens) return 'length';
      decoder.pending = token;
      return null;
    },
    walk(row, tree, node, after, accept) {
      for (;;) {
        const [token = eos, ...others] = best(row);
        let ender = ends.has(token);
        for (const other of others) {
          // All enders make one line.
          if (ender && ends.has(other)) continue;
          ender ||= ends.has(other);
          decoder.branches.push({ at: decoder.written.length, token: other, step: stepOf(row, other) });
        }
        const stopped = decoder.write(token, stepOf(row, token));
        if (stopped !== null) return stopped;
        node = childOf(tree, node, token);
        if (node < 0) return null;
        decoder.accepted++;
        accept(token, node);
        row = after(node);
      }
    },
  };
  return decoder;
}
