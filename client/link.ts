/** A server's one lasting connection to the daemon, made when it is first needed and again when it was lost. */
import type { CallOptions, Connection } from '../daemon/ipc/client.js';
import { CallError, NoDaemonError } from '../daemon/ipc/errors.js';
import { buildId, buildReplaced } from '../daemon/ipc/packageRoot.js';
import type { MethodName, Methods } from '../daemon/ipc/protocol.js';
import { reach } from './session.js';

/** For a running daemon's greeting, in ms. */
const HELLO_MS = 3000;
/** After a daemon could not be started, calls fail at once for this long, in ms: one attempt a keystroke would be none too few. */
const REST_MS = 10_000;

export interface Link {
  /**
   * Starts a daemon when none runs. A call that loses its daemon is made once more on a new one.
   * Rejects with CallError (`cancelled` when `signal` is aborted) or NoDaemonError.
   */
  call<M extends MethodName>(method: M, params: Methods[M]['params'], options?: CallOptions<M>): Promise<Methods[M]['result']>;
  /** How many connections have been made so far: what a daemon was told over an earlier one it has forgotten. */
  connections(): number;
  close(): void;
}

/** `updated`: what is said once another build of hefc has been installed. */
export function createLink(updated: string): Link {
  // Read now, while what stands on the disk is what runs here.
  buildId();
  let current: Promise<Connection> | undefined;
  let connections = 0;
  let rest: { until: number; error: Error } | undefined;

  const forget = (made: Promise<Connection>): void => {
    if (current === made) current = undefined;
  };

  function open(): Promise<Connection> {
    if (current) return current;
    if (buildReplaced()) return Promise.reject(new NoDaemonError(updated));
    if (rest && Date.now() < rest.until) return Promise.reject(rest.error);
    const made = reach({ helloTimeout: HELLO_MS });
    current = made;
    made.then(
      (connection) => {
        rest = undefined;
        connections++;
        void connection.closed.then(() => forget(made));
      },
      (error: Error) => {
        rest = { until: Date.now() + REST_MS, error };
        forget(made);
      },
    );
    return made;
  }

  return {
    async call(method, params, options = {}) {
      for (let lost = 0; ; lost++) {
        const opening = open();
        const connection = await orAborted(opening, options.signal);
        try {
          return await connection.call(method, params, options);
        } catch (error) {
          if (!(error instanceof NoDaemonError) || lost > 0) throw error;
          forget(opening);
        }
      }
    },
    connections: () => connections,
    close() {
      current?.then((connection) => connection.close(), () => undefined);
    },
  };
}

/** Starting a daemon takes seconds and goes on for those who ask next; a call that was cancelled does not wait for it. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new CallError('cancelled', 'the call was cancelled'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
