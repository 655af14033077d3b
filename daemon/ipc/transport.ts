/**
 * Messages over a local socket. The only file that knows node-ipc (12.0.0, see docs/architecture.md for why this
 * version and no other).
 *
 * One JSON object a line. node-ipc's own framing (a form feed, no size limit) is switched off with `rawBuffer`: here a
 * line longer than MAX_MESSAGE_BYTES closes the connection before it is buffered whole. node-ipc is kept from
 * printing, from retrying, from unlinking a socket that is in use, and from its default path in /tmp.
 */
import type { Socket } from 'node:net';
import { IPCModule } from 'node-ipc';
import { CallError, NoDaemonError } from './errors.js';
import { MAX_MESSAGE_BYTES } from './protocol.js';

/** What a peer that reads too slowly may leave unread before it is cut off. */
const MAX_UNREAD_BYTES = 4 * MAX_MESSAGE_BYTES;

/** One open connection. Listeners are set by the owner before the next turn of the event loop. */
export interface Wire {
  send(message: object): void;
  close(): void;
  onMessage: (message: unknown) => void;
  /** Called once; `why` is set when the other side broke the protocol. */
  onClose: (why?: string) => void;
}

function quietModule(): IPCModule {
  const ipc = new IPCModule();
  Object.assign(ipc.config, { silent: true, logger: () => undefined, rawBuffer: true, encoding: 'utf8', unlink: false, maxConnections: 256, maxRetries: 0, stopRetrying: true });
  return ipc;
}

/** Cuts a byte stream into lines; throws nothing, reports a line over the cap once. */
function lineReader(onLine: (line: string) => void, onOversize: () => void): (data: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  let refused = false;
  return (data) => {
    while (!refused && data.length > 0) {
      const end = data.indexOf(10);
      const piece = end === -1 ? data : data.subarray(0, end);
      if (size + piece.length > MAX_MESSAGE_BYTES) {
        refused = true;
        parts = [];
        onOversize();
        return;
      }
      parts.push(piece);
      size += piece.length;
      if (end === -1) return;
      const line = Buffer.concat(parts, size).toString('utf8');
      parts = [];
      size = 0;
      data = data.subarray(end + 1);
      if (line.length > 0) onLine(line);
    }
  };
}

function makeWire(socket: Socket, write: (line: string) => void): { wire: Wire; feed: (data: Buffer) => void } {
  let why: string | undefined;
  const wire: Wire = {
    send(message) {
      if (socket.destroyed || !socket.writable) return;
      const line = JSON.stringify(message);
      if (Buffer.byteLength(line) > MAX_MESSAGE_BYTES) throw new CallError('usage', `the message is larger than ${MAX_MESSAGE_BYTES >> 20} MiB; send a smaller file`);
      write(line + '\n');
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
    },
    close: () => void socket.destroy(),
    onMessage: () => undefined,
    onClose: () => undefined,
  };
  socket.once('close', () => wire.onClose(why));
  const refuse = (reason: string): void => {
    why = reason;
    socket.end(JSON.stringify({ id: null, error: { code: 'usage', message: reason } }) + '\n', () => socket.destroy());
  };
  const feed = lineReader(
    (line) => {
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        return refuse('a message was not JSON; use a client of this version');
      }
      wire.onMessage(message);
    },
    () => refuse(`a message was larger than ${MAX_MESSAGE_BYTES >> 20} MiB; send a smaller file`),
  );
  return { wire, feed };
}

/**
 * Listens on a path nobody listens on (the caller holds the lock and removed a dead socket).
 * Rejects with the system's error when the path cannot be bound.
 */
export function serve(path: string, onConnection: (wire: Wire) => void): Promise<{ close(): Promise<void> }> {
  const ipc = quietModule();
  return new Promise((resolve, reject) => {
    ipc.serve(path, () => {
      resolve({
        close: () =>
          new Promise((done) => {
            ipc.server.server.close(() => done());
            for (const socket of [...open]) socket.destroy();
          }),
      });
    });
    const open = new Set<Socket>();
    const feeds = new WeakMap<Socket, (data: Buffer) => void>();
    ipc.server.on('error', (error: Error) => reject(error));
    ipc.server.on('connect', (socket: Socket) => {
      const { wire, feed } = makeWire(socket, (line) => ipc.server.emit(socket, line));
      open.add(socket);
      feeds.set(socket, feed);
      socket.once('close', () => open.delete(socket));
      onConnection(wire);
    });
    ipc.server.on('data', (data: Buffer, socket: Socket) => feeds.get(socket)?.(data));
    ipc.server.start();
  });
}

/** Opens a connection; rejects with NoDaemonError when nobody listens or nobody accepts within `timeout` ms. */
export function connectTo(path: string, timeout: number): Promise<Wire> {
  const ipc = quietModule();
  return new Promise((resolve, reject) => {
    ipc.connectTo('daemon', path, () => undefined);
    const client = ipc.of.daemon;
    if (!client) return reject(new NoDaemonError('the socket could not be opened'));
    const timer = setTimeout(() => {
      client.socket.destroy();
      reject(new NoDaemonError('the daemon does not accept connections; run: hefc daemon stop'));
    }, timeout);
    client.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new NoDaemonError(`no daemon listens (${error.code ?? error.message}); run: hefc daemon start`));
    });
    client.on('connect', () => {
      clearTimeout(timer);
      const { wire, feed } = makeWire(client.socket, (line) => client.emit(line));
      client.on('data', (data: Buffer) => feed(data));
      resolve(wire);
    });
  });
}
