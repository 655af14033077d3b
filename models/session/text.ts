import type { Tokenizer } from '../tokenizer.js';

const newline = 10;

/** Turns accepted tokens into text; holds back bytes of an unfinished character and those already in the prompt. */
export interface TextStream {
  /** Takes a token and returns the text it completes. With `line`, everything from the first line break on is left out and `ended` turns true. */
  push(token: number, line: boolean): string;
  /** Bytes still to be repeated before text begins. */
  owed(): Uint8Array;
  ended(): boolean;
}

export function createTextStream(tokenizer: Tokenizer, owedAtFirst: Uint8Array): TextStream {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** A carriage return that may belong to the line break. */
  let held = '';
  let owed = owedAtFirst;
  let ended = false;
  return {
    push(token, line) {
      const bytes = tokenizer.bytesOf(token);
      const repeated = Math.min(owed.length, bytes.length);
      owed = owed.subarray(repeated);
      const rest = bytes.subarray(repeated);
      const end = line ? rest.indexOf(newline) : -1;
      ended = end >= 0;
      const text = held + decoder.decode(ended ? rest.subarray(0, end) : rest, { stream: true });
      held = line && text.endsWith('\r') ? '\r' : '';
      return held === '' ? text : text.slice(0, -1);
    },
    owed: () => owed,
    ended: () => ended,
  };
}

/** Tokens with which a line ends: eos and every token that begins with a line break. */
export function lineEnders(tokenizer: Tokenizer, eos: number): number[] {
  const enders = [eos];
  for (let id = 0; id < tokenizer.size; id++) {
    const first = tokenizer.bytesOf(id)[0];
    if (id !== eos && (first === newline || first === 13)) enders.push(id);
  }
  return enders;
}
