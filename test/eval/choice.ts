import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { scoreLine } from './metrics.js';
import type { Prompt } from './prompt.js';

/** What stood to be chosen in one completion, and what of it was right: numbers only, no text. */
export interface TaskChoice {
  /** Every line the choice was between; none where only one lane could answer. */
  lines: { right: boolean; from: 'greedy' | 'alternative' | 'copy'; features: Record<string, number> }[];
  /** The generator's greedy line alone is right; the copy lane's best alone is. */
  greedyRight: boolean;
  copyRight: boolean;
  /** What was answered is right: all there is to say without lines. */
  answerRight: boolean;
  /** The engine's own, of what was answered. */
  confidence: number;
}

/** Reads a completion's explanation with the engine's own features; undefined when it has none. */
export function choiceOf(result: CompleteResult, prompt: Prompt): TaskChoice | undefined {
  const explanation = result.explanation;
  if (explanation === undefined) return undefined;
  const right = (text: string) => scoreLine(text, prompt.target).em;
  return {
    lines: (explanation.lines ?? []).map(({ text, from, features }) => ({ right: right(text), from, features })),
    greedyRight: right(explanation.model.text),
    copyRight: explanation.copy[0] !== undefined && right(explanation.copy[0].text),
    answerRight: right(result.text),
    confidence: result.confidence,
  };
}
