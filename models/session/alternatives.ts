/**
 * Lines the generator might write besides its greedy one. Each begins like a line already run, departs from it at one
 * token, and goes on greedily. All are run as one tree, with what may follow drafted by copying.
 */
import type { Prompt } from '../prompt.js';
import type { ScoredText } from '../types.js';
import { createDecoder, type Decoder, type DecoderSettings, type Stopped } from './decoder.js';
import type { Generator, Given } from './generator.js';
import { commonPrefix, type KeyValueCache } from './keyValueCache.js';
import { addPath, emptyTree } from './tree.js';

/** Runs of the model at most; a line not ended by then is dropped. */
const ROUNDS = 4;
/** Rows of a run beyond which no further line enters it. */
const MOST_NODES = 128;

/** A line that has just departed from another. */
export interface Departed {
  decoder: Decoder;
  stopped: Stopped | null;
  /** Drafted first where nothing is copied: what the other line had after the token departed from. */
  rest: number[];
}

/** From the greedy line: the `count` runners-up of the highest probability up to and with their own token. */
export function departFromGreedy(greedy: Decoder, count: number, decoding: DecoderSettings): Departed[] {
  const before = [0];
  for (const step of greedy.steps) before.push(before.at(-1)! + step);
  const reached = ({ at, step }: { at: number; step: number }): number => before[at]! + step;
  const branches = [...greedy.branches].sort((a, b) => reached(b) - reached(a)).slice(0, count);
  return branches.map(({ at, token, step }) => {
    const decoder = begin(greedy.written.slice(0, at), greedy.steps, decoding);
    return { decoder, rest: greedy.written.slice(at + 1), stopped: decoder.write(token, step) };
  });
}

/** From a scored candidate: where the generator finds its token least likely, its own choice instead; undefined when that is the same. */
export function departFromCandidate(tokens: number[], rows: readonly Float32Array[], decoding: DecoderSettings): Departed | undefined {
  const steps = tokens.map((token, i) => rows[i]![token]!);
  const at = steps.indexOf(Math.min(...steps));
  if (at < 0) return undefined;
  const decoder = begin(tokens.slice(0, at), steps, decoding);
  const stopped = decoder.walk(rows[at]!, emptyTree(), -1, () => rows[at]!, () => undefined);
  return decoder.written[at] === tokens[at] ? undefined : { decoder, rest: tokens.slice(at + 1), stopped };
}

function begin(tokens: number[], steps: readonly number[], decoding: DecoderSettings): Decoder {
  const decoder = createDecoder({ ...decoding, runnersUp: 0, onText: () => undefined });
  for (const [i, token] of tokens.entries()) decoder.write(token, steps[i]!);
  return decoder;
}

export interface AlternativesSettings {
  prompt: Prompt;
  given: Given;
  generator: Generator;
  /** Holds the prompt and at least all of the greedy text but its last token; it is cut back to what all lines share. */
  cache: KeyValueCache;
  promptLength: number;
  /** Tokens that may follow those written. */
  draft: (written: number[]) => number[];
  stop: () => boolean;
}

/** Goes on with lines that departed, yielding between runs. Returns those that ended in time, best first. */
export async function* finishLines(lines: Departed[], greedy: readonly number[], settings: AlternativesSettings): AsyncGenerator<void, ScoredText[]> {
  const { cache, promptLength, prompt, given, generator } = settings;
  // The last row all lines share is run again, because only its next-token probabilities were kept.
  const shared = Math.min(...lines.map(({ decoder }) => Math.min(decoder.written.length - 1, commonPrefix(decoder.written, [...greedy]))));
  for (let round = 0; round < ROUNDS && lines.some(({ stopped }) => stopped === null) && !settings.stop(); round++) {
    yield;
    const tree = emptyTree();
    const open = lines.flatMap((line) => {
      if (line.stopped !== null || tree.tokens.length >= MOST_NODES) return [];
      const own = line.decoder.written.slice(shared);
      const copied = settings.draft(line.decoder.written);
      const nodes = addPath(tree, [...own, ...(round === 0 && copied.length === 0 ? line.rest : copied)]);
      return [{ line, node: nodes[own.length - 1]! }];
    });
    cache.truncate(promptLength + shared - 1);
    const run = await generator.run(cache, [shared === 0 ? prompt.rows.at(-1)! : greedy[shared - 1]!], given, tree);
    for (const { line, node } of open) line.stopped = line.decoder.walk(run.after(node), tree, node, run.after, () => undefined);
  }
  return lines
    .filter(({ stopped }) => stopped === 'line' || stopped === 'eos')
    .map(({ decoder }) => ({ text: decoder.text, logProb: decoder.logProb, tokens: decoder.written.length }))
    .sort((a, b) => b.logProb - a.logProb);
}
