/**
 * Serves the methods of ipc/protocol.ts over connections. One connection carries many calls; a hang-up or a `cancel`
 * aborts them. Only `hello` and `stop` are answered before the handshake; only listed methods are ever answered.
 */
import { isCorruption } from '../store/sqliteErrors.js';
import { CallError, toWireError } from './ipc/errors.js';
import { buildId } from './ipc/packageRoot.js';
import { PROTOCOL, type MethodName } from './ipc/protocol.js';
import type { Wire } from './ipc/transport.js';
import { errorFacts, log } from './log.js';
import { buffers } from './methods/buffers.js';
import { complete } from './methods/complete.js';
import { locate, type Call, type Daemon, type Handler } from './methods/context.js';
import { likeFiles } from './methods/likeFiles.js';
import { model } from './methods/model.js';
import { recent, recorded } from './methods/recent.js';
import { gc, index, pause, purge } from './methods/repository.js';
import { status } from './methods/status.js';
import { suggest } from './methods/suggest.js';
import { tree } from './methods/tree.js';

type Served = Exclude<MethodName, 'hello' | 'cancel' | 'stop'>;
const HANDLERS: { [M in Served]: Handler<M> } = { complete: recorded(complete), suggest, buffers, index, status, pause, gc, purge, model, likeFiles, recent, tree };

/**
 * How long a greeting waits for the model of a daemon that has just started: that time is the connection's, so that the
 * first completion has its own deadline to itself.
 */
const HELLO_MS = 5000;
/** How often a call under way is said to be alive. */
const ALIVE_MS = 10_000;
/** Calls one connection may have under way. */
const MAX_CALLS = 64;

interface Message {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

function checked(message: unknown): Message {
  const { id, method, params } = (message ?? {}) as Partial<Message>;
  if (typeof id !== 'number' || typeof method !== 'string') throw new CallError('usage', 'a message needs an id and a method');
  return { id, method, params: params !== null && typeof params === 'object' ? params : {} };
}

/** Closes the repository a call found damaged, so that the next call has a fresh database. */
async function heal(daemon: Daemon, params: Record<string, unknown>): Promise<void> {
  const named = params.repo ?? params.file ?? params.directory;
  try {
    const places = typeof named === 'string' ? [await locate(named)] : (await daemon.repositories.all()).map((one) => one.repository.place);
    for (const commonDir of new Set(places.map((place) => place.commonDir))) await daemon.repositories.heal(commonDir);
  } catch (error) {
    log('not healed', errorFacts(error));
  }
}

export interface Server {
  onConnection(wire: Wire): void;
  /** Calls under way over all connections. */
  busy(): number;
}

/** @param onCall called for every call but those of connections that only watch: the daemon is not idle */
export function createServer(daemon: Daemon, onCall: () => void): Server {
  let connections = 0;
  let underWay = 0;
  return {
    busy: () => underWay,
    onConnection(wire) {
      const connection = `c${++connections}`;
      const calls = new Map<number, AbortController>();
      let greeted = false;
      let watching = false;
      const active = (): void => {
        if (!watching) onCall();
      };

      async function answer({ id, method, params }: Message): Promise<void> {
        if (method === 'hello') {
          watching = params.watching === true;
          active();
          greeted = params.protocol === PROTOCOL && params.build === buildId();
          if (!greeted) throw new CallError('version', `the daemon is of another build (${buildId()}); it is restarted`);
          if (params.early !== true) await Promise.race([daemon.ready, new Promise((resolve) => setTimeout(resolve, HELLO_MS))]);
          return wire.send({ id, result: { protocol: PROTOCOL, build: buildId(), pid: process.pid } });
        }
        active();
        if (method === 'stop') {
          wire.send({ id, result: {} });
          return daemon.stop('asked to');
        }
        if (!greeted) throw new CallError('version', 'the first call must be hello');
        if (method === 'cancel') {
          calls.get(Number(params.id))?.abort();
          return wire.send({ id, result: {} });
        }
        if (!Object.hasOwn(HANDLERS, method)) throw new CallError('unsupported', `there is no method ${JSON.stringify(method.slice(0, 40))}; use a client of this version`);
        if (calls.has(id)) throw new CallError('usage', 'a call of this id is under way');
        if (calls.size >= MAX_CALLS) throw new CallError('busy', `more than ${MAX_CALLS} calls at once on one connection; wait for some to end`);
        const abort = new AbortController();
        calls.set(id, abort);
        underWay++;
        const alive = setInterval(() => wire.send({ id, event: 'alive' }), ALIVE_MS);
        try {
          const handler = HANDLERS[method as Served] as unknown as (daemon: Daemon, call: Call<never>) => Promise<object>;
          const call = { params, signal: abort.signal, connection, emit: (data: unknown) => wire.send({ id, event: 'progress', data }) };
          wire.send({ id, result: await handler(daemon, call as unknown as Call<never>) });
        } finally {
          clearInterval(alive);
          underWay--;
          calls.delete(id);
          active();
        }
      }

      wire.onMessage = (received) => {
        let message: Message;
        try {
          message = checked(received);
        } catch (error) {
          return wire.send({ id: null, error: toWireError(error) });
        }
        answer(message).catch(async (error: unknown) => {
          if (isCorruption(error)) await heal(daemon, message.params);
          const wireError = toWireError(error);
          if (wireError.code === 'internal') log('call failed', { method: message.method.slice(0, 40), ...errorFacts(error) });
          wire.send({ id: message.id, error: wireError });
        });
      };
      wire.onClose = () => {
        for (const abort of calls.values()) abort.abort();
        daemon.buffers.forget(connection);
      };
    },
  };
}
