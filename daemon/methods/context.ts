/** What every method of the wire may use. */
import { locateRepository } from '../../store/git/locate.js';
import type { RepositoryPlace } from '../../store/types.js';
import type { BundleInUse } from '../bundleInUse.js';
import type { MethodName, Methods } from '../ipc/protocol.js';
import type { OpenBuffers } from '../openBuffers.js';
import type { Repositories } from '../repositories.js';

export interface Daemon {
  started: number;
  /** Settled once the model of the start is loaded, or has failed to. */
  ready: Promise<void>;
  bundle: BundleInUse;
  repositories: Repositories;
  buffers: OpenBuffers;
  /** Ends the process, in good order, soon. */
  stop(why: string): void;
}

/** One call under way. */
export interface Call<M extends MethodName> {
  params: Methods[M]['params'];
  /** Aborted when the client hangs up, cancels, or a newer call replaces this one. */
  signal: AbortSignal;
  emit(data: Methods[M] extends { event: infer E } ? E : never): void;
  /** A name for this connection, for sessions that the client did not name. */
  connection: string;
}

export type Handler<M extends MethodName> = (daemon: Daemon, call: Call<M>) => Promise<Methods[M]['result']>;

/** The repository around a path; a wire error of code not-a-repository when there is none. */
export function locate(path: string): Promise<RepositoryPlace> {
  return Promise.resolve(locateRepository(path));
}
