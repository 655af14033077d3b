/**
 * When one worktree is indexed. Hints (hooks, a moved reflog) are coalesced and wait for a rebase to end; a request
 * runs at once. One run at a time: a request for another commit stops the run under way and takes over its waiters.
 */
import type { EngineRepository, IndexOutcome } from './engine/types.js';
import type { IndexProgress } from './ipc/protocol.js';
import { errorFacts, log } from './log.js';
import { afterRebase, rebasing } from './rebase.js';

/** How long hints are gathered before HEAD is looked at, in ms. A run that is overtaken is stopped, so this may be short. */
const SETTLE_MS = 20;

export interface Schedule {
  state(): { state: 'ready' | 'indexing' | 'paused' | 'error' | 'absent'; indexed: number; error?: string };
  /** Something may have changed: look at HEAD soon, in the background. */
  hint(near?: string): void;
  /** Indexes HEAD now; resolves when HEAD as it then is has been indexed. Aborting the signal stops a run this call started. */
  index(options: { near?: string; onProgress?: (progress: IndexProgress) => void; signal?: AbortSignal }): Promise<IndexOutcome>;
  pause(paused: boolean): void;
  /** Stops the run under way and resolves when it has stopped. */
  halt(): Promise<void>;
  close(): Promise<void>;
}

interface Run {
  commit: string | null;
  abort: AbortController;
  promise: Promise<IndexOutcome>;
}

export function createSchedule(repository: EngineRepository): Schedule {
  let run: Run | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopWaiting: (() => void) | undefined;
  let paused = false;
  let closed = false;
  let error: string | undefined;
  let progress: IndexProgress | undefined;
  const listeners = new Set<(progress: IndexProgress) => void>();

  function start(commit: string | null, before: Promise<unknown> | undefined, near?: string): Run {
    const abort = new AbortController();
    const promise = (async () => {
      await before?.catch(() => undefined);
      abort.signal.throwIfAborted();
      return repository.index({ signal: abort.signal, ...(near !== undefined && { near }), onProgress: (step) => {
        progress = step;
        for (const listener of listeners) listener(step);
      } });
    })();
    const mine: Run = { commit, abort, promise };
    run = mine;
    promise.then(
      (outcome) => {
        error = undefined;
        if (outcome.fused.blobs + outcome.fused.nodes > 0) log('indexed', { ms: Math.round(outcome.ms), chunks: outcome.fused.chunks, nodes: outcome.fused.nodes, blobs: outcome.fused.blobs });
      },
      (failure: unknown) => {
        if (abort.signal.aborted) return;
        error = errorFacts(failure).error;
        log('index failed', { error });
      },
    ).finally(() => {
      if (run === mine) run = undefined;
    });
    return mine;
  }

  /** The run that will index HEAD: the one under way when it has the same commit, else a new one. */
  async function runForHead(near?: string): Promise<{ run: Run; ours: boolean }> {
    const { commit } = await repository.objects.head();
    if (run && run.commit === commit && !run.abort.signal.aborted) return { run, ours: false };
    const older = run;
    older?.abort.abort();
    return { run: start(commit, older?.promise, near), ours: true };
  }

  /** Follows a run and, when it was superseded, its successor. */
  async function follow(first: Run): Promise<IndexOutcome> {
    for (let followed = first; ; ) {
      try {
        return await followed.promise;
      } catch (failure) {
        if (!run || run === followed) throw failure;
        followed = run;
      }
    }
  }

  const schedule: Schedule = {
    state() {
      const current = repository.current();
      const indexed = run ? (progress && progress.files > 0 ? progress.filesDone / progress.files : 0) : current ? 1 : 0;
      if (paused) return { state: 'paused', indexed };
      if (run) return { state: 'indexing', indexed };
      if (error !== undefined) return { state: 'error', indexed, error };
      return { state: current ? 'ready' : 'absent', indexed };
    },
    hint(near) {
      if (closed || paused || timer || stopWaiting) return;
      const { gitDir } = repository.place;
      const fire = (): void => {
        timer = undefined;
        stopWaiting = undefined;
        if (closed || paused) return;
        if (rebasing(gitDir)) {
          stopWaiting = afterRebase(gitDir, () => {
            stopWaiting = undefined;
            schedule.hint(near);
          });
          return;
        }
        runForHead(near).then(({ run: made }) => follow(made)).catch((failure: unknown) => log('hint not followed', errorFacts(failure)));
      };
      timer = setTimeout(fire, SETTLE_MS);
    },
    async index({ near, onProgress, signal }) {
      paused = false;
      signal?.throwIfAborted();
      if (onProgress) listeners.add(onProgress);
      const { run: made, ours } = await runForHead(near);
      const stop = (): void => {
        if (ours) made.abort.abort();
      };
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) stop();
      try {
        return await follow(made);
      } finally {
        if (onProgress) listeners.delete(onProgress);
        signal?.removeEventListener('abort', stop);
      }
    },
    pause(wanted) {
      paused = wanted;
      if (wanted) run?.abort.abort();
      else schedule.hint();
    },
    async halt() {
      clearTimeout(timer);
      timer = undefined;
      stopWaiting?.();
      stopWaiting = undefined;
      run?.abort.abort();
      while (run) await run.promise.catch(() => undefined).then(() => new Promise((resolve) => setImmediate(resolve)));
    },
    async close() {
      closed = true;
      await schedule.halt();
    },
  };
  return schedule;
}
