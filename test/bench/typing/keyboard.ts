/** Keys at a steady pace, each asking for a completion over one connection as an editor does: none is waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../../daemon/ipc/client.js';
import type { CompletionReason } from '../../../daemon/ipc/protocol.js';

export interface Answer {
  reason: CompletionReason | 'failed';
  /** From the key to the answer. */
  ms: number;
  prefill_ms: number;
}

export interface Keyboard {
  /** Waits for the next key's time and asks. `above` and `below` are text, `line` is the cursor's, 0-based. */
  press(place: { file: string; above: string; left: string; below: string; line: number }): Promise<void>;
  /** Resolves when every answer has come. */
  settled(): Promise<void>;
  /** Answers since the last call. */
  take(): Answer[];
}

export function createKeyboard(daemon: () => Promise<Connection>, keysPerSecond: number): Keyboard {
  const pending = new Set<Promise<void>>();
  let answers: Answer[] = [];
  let due = performance.now();
  return {
    async press({ file, above, left, below, line }) {
      due += 1000 / keysPerSecond;
      // After a pause the pace begins anew: what was missed is not made up for.
      if (due < performance.now()) due = performance.now();
      await sleep(due - performance.now());
      const connection = await daemon();
      const began = performance.now();
      const asked = connection.call('complete', { file, text: above + left + below, line: line + 1, column: left.length, session: `typing-${file}` }).then(
        ({ reason, ms }) => void answers.push({ reason, ms: performance.now() - began, prefill_ms: ms.prefill }),
        () => void answers.push({ reason: 'failed', ms: performance.now() - began, prefill_ms: 0 }),
      );
      pending.add(asked);
      void asked.then(() => pending.delete(asked));
    },
    async settled() {
      await Promise.all(pending);
    },
    take() {
      const taken = answers;
      answers = [];
      return taken;
    },
  };
}
