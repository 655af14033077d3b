/**
 * Suggestions made a moment ago. Whoever types what one shows keeps the rest of it, and whoever takes back a key has the one
 * from before: neither asks the daemon again.
 */
import type { CompleteResult } from '../../daemon/ipc/protocol.js';

const KEPT = 12;
/** A commit or another file's text may make a better one, in ms. */
const LASTS_MS = 30_000;

/** A cursor in a file. */
export interface At {
  file: string;
  /** The whole text above and left of it, and right of and below it. */
  before: string;
  after: string;
}

export interface Remembered {
  keep(at: At, result: CompleteResult): void;
  /** What is left of the newest suggestion that goes on from here. */
  find(at: At): CompleteResult | undefined;
  clear(): void;
}

export function createRemembered(now: () => number = Date.now): Remembered {
  let kept: (At & { result: CompleteResult; until: number })[] = [];
  return {
    keep(at, result) {
      if (result.text !== '') kept = [{ ...at, result, until: now() + LASTS_MS }, ...kept.slice(0, KEPT - 1)];
    },
    find({ file, before, after }) {
      for (const one of kept) {
        if (one.file !== file || one.until < now() || one.after !== after || !before.startsWith(one.before)) continue;
        const typed = before.slice(one.before.length);
        const { text } = one.result;
        if (typed.length < text.length && text.startsWith(typed)) return { ...one.result, text: text.slice(typed.length) };
      }
      return undefined;
    },
    clear() {
      kept = [];
    },
  };
}
