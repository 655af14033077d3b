import type { Features } from '../../daemon/complete/choose.js';
import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { scoreLine } from './metrics.js';
import type { Prompt } from './prompt.js';

/** What stood to be chosen in one completion, and what of it was right: numbers only, no text. */
export interface TaskChoice {
  greedy: { right: boolean; empty: boolean; logProb: number; tokens: number };
  /** The copy lane's candidates, best first, but for one that equals the greedy line. */
  candidates: { right: boolean; score: number; features: Features }[];
  /** The copy lane's best candidate is right, or equals the greedy line. */
  copyRight: boolean;
  agree: boolean;
}

/** Reads a completion's explanation with the engine's own features; undefined when it has none. */
export function choiceOf(result: CompleteResult, prompt: Prompt): TaskChoice | undefined {
  const explanation = result.explanation;
  if (explanation === undefined) return undefined;
  const right = (text: string) => scoreLine(text, prompt.target).em;
  const { model, copy } = explanation;
  const own = model.text.trim();
  const first = copy[0];
  return {
    greedy: { right: right(model.text), empty: own === '', logProb: model.logProb, tokens: model.tokens },
    candidates: copy.flatMap(({ text, score, features }) => {
      // The generator scores only so many; the engine never chooses one it has not scored.
      if (features === undefined || text.trim() === own) return [];
      return [{ right: right(text), score, features }];
    }),
    copyRight: first !== undefined && right(first.text),
    agree: first !== undefined && own !== '' && first.text.trim() === own,
  };
}
