/** Calls over one wire, matched with their replies by id; timeouts, cancellation, hang-ups. */
import { CallError, NoDaemonError } from './errors.js';
import type { MethodName, Methods, WireError } from './protocol.js';
import type { Wire } from './transport.js';

type EventOf<M extends MethodName> = Methods[M] extends { event: infer E } ? E : never;

export interface CallOptions<M extends MethodName> {
  onEvent?: (event: EventOf<M>) => void;
  signal?: AbortSignal;
  /** Milliseconds until the call is given up with code `timeout`; by default when the daemon is silent for SILENCE_MS. */
  timeout?: number;
}

export interface Connection {
  /** Rejects with CallError (the daemon's own error, `timeout`, `cancelled`) or NoDaemonError (the daemon went away). */
  call<M extends MethodName>(method: M, params: Methods[M]['params'], options?: CallOptions<M>): Promise<Methods[M]['result']>;
  close(): void;
  readonly closed: Promise<void>;
}

/** Longer than this without a sign of life, a daemon with a call under way is stopped or hung. */
const SILENCE_MS = 60_000;

interface Pending {
  heard(): void;
  resolve(value: never): void;
  reject(error: Error): void;
  onEvent(data: never): void;
}

interface Reply {
  id: number | null;
  event?: string;
  data?: unknown;
  result?: unknown;
  error?: WireError;
}

/** A connection on an open wire; no greeting is sent. */
export function makeConnection(wire: Wire): Connection {
  const pending = new Map<number, Pending>();
  let last = 0;
  let gone: Error | undefined;
  let markClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (markClosed = resolve));
  const fail = (error: Error): void => {
    gone ??= error;
    for (const call of pending.values()) call.reject(gone);
    pending.clear();
  };
  wire.onClose = () => {
    fail(new NoDaemonError('the daemon closed the connection; run the command again'));
    markClosed();
  };
  wire.onMessage = (message) => {
    const reply = message as Reply;
    if (reply.id === null) return fail(new CallError(reply.error?.code ?? 'internal', reply.error?.message ?? 'the daemon refused the message'));
    const call = pending.get(reply.id);
    if (!call) return;
    call.heard();
    if (reply.event === 'alive') return;
    if (reply.event !== undefined) return call.onEvent(reply.data as never);
    pending.delete(reply.id);
    if (reply.error) call.reject(new CallError(reply.error.code, reply.error.message));
    else call.resolve(reply.result as never);
  };
  return {
    closed,
    close: () => wire.close(),
    call(method, params, options = {}) {
      return new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        const id = ++last;
        let timer: NodeJS.Timeout | undefined;
        const settle = (): void => {
          clearTimeout(timer);
          options.signal?.removeEventListener('abort', onAbort);
        };
        const giveUp = (error: CallError): void => {
          if (!pending.delete(id)) return;
          settle();
          wire.send({ id: ++last, method: 'cancel', params: { id } });
          reject(error);
        };
        const onAbort = (): void => giveUp(new CallError('cancelled', 'the call was cancelled'));
        if (options.signal?.aborted) return reject(new CallError('cancelled', 'the call was cancelled'));
        const late = (limit: number): void => giveUp(new CallError('timeout', `the daemon did not answer within ${limit} ms; try a longer --timeout, or: hefc daemon stop`));
        const heard = (): void => {
          if (options.timeout !== undefined) return;
          clearTimeout(timer);
          timer = setTimeout(late, SILENCE_MS, SILENCE_MS);
        };
        if (options.timeout !== undefined) timer = setTimeout(late, options.timeout, options.timeout);
        else heard();
        options.signal?.addEventListener('abort', onAbort);
        pending.set(id, {
          heard,
          resolve: (value) => (settle(), resolve(value)),
          reject: (error) => (settle(), reject(error)),
          onEvent: (data) => options.onEvent?.(data),
        });
        try {
          wire.send({ id, method, params });
        } catch (error) {
          pending.delete(id);
          settle();
          reject(error as Error);
        }
      });
    },
  };
}
