/**
 * When one worktree is indexed. Hints (hooks, a moved reflog) are coalesced and wait for a rebase to end; a request
 * runs at once. One run at a time: a request for another commit stops the run under way and takes over its waiters;
 * other branches, indexed ahead, wait for HEAD's run and give way to it.
 */
import { isCorruption } from '../store/sqliteErrors.js';
import type { EngineRepository, IndexOutcome } from './engine/types.js';
import { createGate, type Gate } from './gate.js';
import type { IndexProgress } from './ipc/protocol.js';
import { errorFacts, log } from './log.js';
import { createSettling } from './settling.js';

export interface Schedule {
  state(): { state: 'ready' | 'indexing' | 'paused' | 'error' | 'absent'; indexed: number; error?: string };
  /**
   * Something may have changed: look at HEAD soon, in the background. False when that is not to be done: paused, closed,
   * or background indexing is switched off and nobody `asked`.
   */
  hint(near?: string, asked?: boolean): boolean;
  /**
   * Indexes HEAD now, or another revision ahead; resolves when HEAD as it then is (or the revision) has been indexed.
   * Aborting the signal stops a run this call started. Rejects with an AbortError when indexing is paused or closed.
   */
  index(options: { revision?: string; near?: string; onProgress?: (progress: IndexProgress) => void; signal?: AbortSignal }): Promise<IndexOutcome>;
  /** Pauses the whole repository, and stops this worktree's run. */
  pause(paused: boolean): void;
  /** Stops the run under way and resolves when it has stopped; those who wait for it ask again, and wait at the gate. */
  giveWay(): Promise<void>;
  /** Stops the run under way for good and resolves when it has stopped. */
  halt(): Promise<void>;
  close(): Promise<void>;
}

export interface ScheduleOptions {
  /** Shared by the worktrees of one repository. */
  gate?: Gate;
  /** May hints be followed? */
  background?: () => boolean;
  /** A run found the database damaged. */
  onCorrupt?: () => void;
}

interface Run {
  commit: string | null;
  ahead: boolean;
  abort: AbortController;
  promise: Promise<IndexOutcome>;
  /** Stopped for something that goes first: whoever waits for it asks again. */
  overtaken: boolean;
}

interface Wanted {
  commit: string | null;
  revision?: string;
  near?: string;
}

const stopped = (): DOMException => new DOMException('indexing was stopped', 'AbortError');
const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

export function createSchedule(repository: EngineRepository, options: ScheduleOptions = {}): Schedule {
  const { gate = createGate(repository.place.commonDir), background = () => true, onCorrupt } = options;
  let run: Run | undefined;
  let closed = false;
  /** Raised by each stop, so that a request that was just looking at HEAD starts nothing afterwards. */
  let stops = 0;
  let error: string | undefined;
  let progress: IndexProgress | undefined;
  const listeners = new Set<(progress: IndexProgress) => void>();

  function start({ commit, revision, near }: Wanted, before: Promise<unknown> | undefined): Run {
    const abort = new AbortController();
    const ahead = revision !== undefined;
    progress = undefined;
    const promise = (async () => {
      await before?.catch(() => undefined);
      await gate.enter(abort.signal);
      return repository.index({ signal: abort.signal, ...(near !== undefined && { near }), ...(ahead && { revision, ahead }), onProgress: (step) => {
        progress = step;
        for (const listener of listeners) listener(step);
      } });
    })();
    const mine: Run = { commit, ahead, abort, promise, overtaken: false };
    run = mine;
    promise.then(
      (outcome) => {
        if (!ahead) error = undefined;
        if (outcome.fused.blobs + outcome.fused.nodes > 0) log('indexed', { ms: Math.round(outcome.ms), chunks: outcome.fused.chunks, nodes: outcome.fused.nodes, blobs: outcome.fused.blobs });
      },
      (failure: unknown) => {
        if (abort.signal.aborted) return;
        const facts = errorFacts(failure);
        if (!ahead) error = facts.error;
        log('index failed', facts);
        if (isCorruption(failure)) onCorrupt?.();
      },
    ).finally(() => {
      if (run === mine) run = undefined;
    });
    return mine;
  }

  /** Throws when indexing was stopped since `before`. */
  function checkGoing(before: number): void {
    if (closed || stops !== before || gate.paused()) throw stopped();
  }

  /** The run that will index HEAD: the one under way when it has the same commit, else a new one. */
  async function runForHead(before: number, near?: string): Promise<{ run: Run; ours: boolean }> {
    checkGoing(before);
    const { commit } = await repository.objects.head();
    checkGoing(before);
    if (run && !run.ahead && run.commit === commit && !run.abort.signal.aborted) return { run, ours: false };
    const older = run;
    overtake(older);
    return { run: start({ commit, ...(near !== undefined && { near }) }, older?.promise), ours: true };
  }

  async function runAhead(before: number, revision: string): Promise<{ run: Run; ours: boolean }> {
    await runsEnd();
    checkGoing(before);
    return { run: start({ commit: null, revision }, undefined), ours: true };
  }

  function overtake(older: Run | undefined): void {
    if (!older) return;
    older.overtaken = true;
    older.abort.abort();
  }

  async function runsEnd(): Promise<void> {
    while (run) await run.promise.catch(() => undefined).then(() => new Promise((resolve) => setImmediate(resolve)));
  }

  async function followHint(near?: string): Promise<void> {
    for (const before = stops; ; ) {
      const { run: made } = await runForHead(before, near);
      try {
        return void (await made.promise);
      } catch (failure) {
        if (!made.overtaken) throw failure;
      }
    }
  }

  const settling = createSettling(repository.place.gitDir, (near) => {
    followHint(near).catch((failure: unknown) => {
      if (!isAbort(failure)) log('hint not followed', errorFacts(failure));
    });
  });

  const schedule: Schedule = {
    state() {
      const current = repository.current();
      const indexed = run ? (progress && progress.files > 0 ? progress.filesDone / progress.files : 0) : current ? 1 : 0;
      if (gate.paused()) return { state: 'paused', indexed };
      if (run) return { state: 'indexing', indexed };
      if (error !== undefined) return { state: 'error', indexed, error };
      return { state: current ? 'ready' : 'absent', indexed };
    },
    hint(near, asked = false) {
      if (closed || gate.paused() || !(asked || background())) return false;
      settling.hint(near);
      return true;
    },
    async index({ revision, near, onProgress, signal }) {
      signal?.throwIfAborted();
      const before = stops;
      let mine: Run | undefined;
      const stop = (): void => overtake(mine);
      try {
        if (onProgress) listeners.add(onProgress);
        signal?.addEventListener('abort', stop);
        for (;;) {
          const { run: made, ours } = revision === undefined ? await runForHead(before, near) : await runAhead(before, revision);
          mine = ours ? made : undefined;
          if (signal?.aborted) stop();
          try {
            return await made.promise;
          } catch (failure) {
            if (!made.overtaken || signal?.aborted) throw failure;
          }
        }
      } finally {
        if (onProgress) listeners.delete(onProgress);
        signal?.removeEventListener('abort', stop);
      }
    },
    pause(wanted) {
      gate.pause(wanted);
      if (!wanted) return void schedule.hint(undefined, true);
      stops++;
      run?.abort.abort();
    },
    async giveWay() {
      const mine = run;
      overtake(mine);
      await mine?.promise.catch(() => undefined);
    },
    async halt() {
      stops++;
      settling.clear();
      run?.abort.abort();
      await runsEnd();
    },
    async close() {
      closed = true;
      await schedule.halt();
    },
  };
  return schedule;
}
