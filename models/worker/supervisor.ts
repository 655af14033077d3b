import { Worker } from 'node:worker_threads';
import type { Priority } from '../types.js';
import type { Call, FromWorker, ToWorker } from './messages.js';

export interface CallOptions {
  priority: Priority;
  signal?: AbortSignal | undefined;
  onText?: ((text: string) => void) | undefined;
}

export interface Supervisor {
  /** Resolves once the worker is ready; rejects with the worker's own words when it cannot load. */
  ready(): Promise<void>;
  /** Starts the worker when there is none. Rejects when it ends before answering. */
  call(call: Call, options: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  onText: ((text: string) => void) | undefined;
  settle: () => void;
}

/**
 * Keeps one worker thread: calls are matched with replies by id; a worker that ends unexpectedly rejects what was
 * pending and the next call starts another. The thread does not keep the process alive while nothing is pending.
 */
export function superviseWorker(script: URL, workerData: unknown, onDevice: (message: FromWorker & { type: 'ready' | 'device' }) => void): Supervisor {
  const pending = new Map<number, Pending>();
  let current: { worker: Worker; ready: Promise<void> } | null = null;
  let nextId = 1;
  let closed = false;
  let waiting = 0;

  function start(): { worker: Worker; ready: Promise<void> } {
    const worker = new Worker(script, { workerData, execArgv: [] });
    const ready = new Promise<void>((resolve, reject) => {
      let cause = 'it ended by itself';
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') {
          onDevice(message);
          resolve();
        } else if (message.type === 'device') onDevice(message);
        else if (message.type === 'unusable') reject(new Error(message.message));
        else receive(message);
      });
      worker.on('error', (error: Error) => {
        cause = error.message.split('\n')[0] ?? error.name;
      });
      worker.on('exit', () => {
        if (current?.worker === worker) current = null;
        const gone = new Error(closed ? 'The inference worker was closed.' : `The inference worker stopped (${cause}): try again, the next request starts it anew.`);
        reject(gone);
        for (const [id, each] of pending) {
          pending.delete(id);
          each.settle();
          each.reject(gone);
        }
      });
    });
    ready.catch(() => {
      if (current?.worker === worker) current = null;
    });
    return { worker, ready };
  }

  function receive(message: FromWorker & { type: 'text' | 'done' | 'failed' }): void {
    const found = pending.get(message.id);
    if (found === undefined) return;
    if (message.type === 'text') {
      found.onText?.(message.text);
      return;
    }
    pending.delete(message.id);
    found.settle();
    if (message.type === 'done') found.resolve(message.value);
    else found.reject(message.name === 'AbortError' ? new DOMException(message.message, 'AbortError') : new Error(message.message));
  }

  /** Holds the process open while something is awaited, and only then. */
  async function awake<T>(work: (worker: Worker, ready: Promise<void>) => Promise<T>): Promise<T> {
    if (closed) throw new Error('The inference worker was closed.');
    current ??= start();
    const { worker, ready } = current;
    if (waiting++ === 0) worker.ref();
    try {
      return await work(worker, ready);
    } finally {
      if (--waiting === 0) worker.unref();
    }
  }

  return {
    ready: () => awake((_worker, ready) => ready),
    call: (call, { priority, signal, onText }) =>
      awake(async (worker, ready) => {
        const sent = Date.now();
        await ready;
        const id = nextId++;
        const post = (message: ToWorker): void => worker.postMessage(message);
        return new Promise((resolve, reject) => {
          const cancel = (): void => post({ type: 'cancel', id });
          pending.set(id, { resolve, reject, onText, settle: () => signal?.removeEventListener('abort', cancel) });
          signal?.addEventListener('abort', cancel, { once: true });
          post({ type: 'call', id, priority, sent, cancelled: signal?.aborted === true, call });
        });
      }),
    async close() {
      closed = true;
      const worker = current?.worker;
      current = null;
      await worker?.terminate();
    },
  };
}
