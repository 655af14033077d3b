import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Priority } from '../types.js';

export interface Job {
  priority: Priority;
  /** The work, yielding where a more urgent job may go first. */
  steps: AsyncGenerator<void, unknown>;
  /** True when the work is no longer wanted; looked at between steps. Jobs that settle this themselves leave it out. */
  dropped?: () => boolean;
  done: (value: unknown) => void;
  failed: (error: Error) => void;
}

/** Runs one step at a time, always of the first job of the highest priority: completions before indexing, first come first served. */
export function createQueue(): { add(job: Job): void } {
  const waiting: Record<Priority, Job[]> = { completion: [], index: [] };
  let running = false;

  async function advance(job: Job): Promise<boolean> {
    try {
      if (job.dropped?.() === true) {
        await job.steps.return(undefined);
        job.failed(new DOMException('The work was cancelled.', 'AbortError'));
        return true;
      }
      const { done, value } = await job.steps.next();
      if (done === true) job.done(value);
      return done === true;
    } catch (error) {
      job.failed(error as Error);
      return true;
    }
  }

  async function pump(): Promise<void> {
    for (;;) {
      const line = waiting.completion.length > 0 ? waiting.completion : waiting.index;
      const job = line[0];
      if (job === undefined) break;
      if (await advance(job)) line.splice(line.indexOf(job), 1);
      // Messages (new requests, cancellations) are taken in between two steps.
      await nextTurn();
    }
    running = false;
  }

  return {
    add(job) {
      waiting[job.priority].push(job);
      if (running) return;
      running = true;
      void pump();
    },
  };
}
