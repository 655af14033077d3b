/** One conversation with the daemon: connect, call, hang up whatever happens. */
import { CallError, NoDaemonError } from '../daemon/ipc/errors.js';
import { connect, type Connection } from '../daemon/ipc/client.js';

export interface SessionOptions {
  /** Start a daemon when none runs; the default. */
  start?: boolean;
  /** Milliseconds for the whole way to a daemon. */
  timeout?: number;
  /** Milliseconds for a daemon that did not just start to greet: one that is stopped or hung is given up sooner. */
  helloTimeout?: number;
  /** Do not wait for the model of a daemon that is starting. */
  early?: boolean;
  /** The calls do not keep an idle daemon from ending. */
  watching?: boolean;
}

/** An open connection. Rejects with CallError or NoDaemonError. */
export function reach(options: SessionOptions = {}): Promise<Connection> {
  return connect(options).catch((error: unknown) => {
    // A runtime folder that cannot be made or trusted: no daemon can be reached either.
    if (error instanceof CallError || error instanceof NoDaemonError) throw error;
    throw new NoDaemonError(`no daemon can be reached: ${(error as Error).message}`);
  });
}

export async function withDaemon<T>(body: (connection: Connection) => Promise<T>, options: SessionOptions = {}): Promise<T> {
  const connection = await reach(options);
  try {
    return await body(connection);
  } finally {
    connection.close();
  }
}
