/** The HTTP server of `hefc serve` and `hefc ui`: on this machine alone, and a client of the daemon like any other. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXIT, Failure } from '../failure.js';
import type { Link } from '../link.js';
import { checkSource, checkToken } from './admission.js';
import { createAsker } from './ask.js';
import { isTooLarge } from './body.js';
import { createMetrics } from './metrics.js';
import { HttpError, sendError } from './reply.js';
import { ROUTES } from './routes.js';

export const HOSTS = ['127.0.0.1', '::1'] as const;
export type Host = (typeof HOSTS)[number];

/** How long requests under way may go on after the end was asked for, in ms. */
const END_MS = 3000;

export interface DoorOptions {
  host: Host;
  /** 0: a free one. */
  port: number;
  /** Any of them will do; undefined: none is asked for. */
  tokens: readonly string[] | undefined;
  /** Root of the repository that is served. */
  root: string;
  link: Link;
}

export interface Door {
  /** Without a slash at its end. */
  address: string;
  /** Takes no more requests, and resolves when those under way are answered, or cut off. */
  close(): Promise<void>;
}

/** Throws Failure when the port cannot be had. */
export async function openDoor({ host, port, tokens, root, link }: DoorOptions): Promise<Door> {
  const asker = createAsker(link, root);
  const metrics = createMetrics();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const abort = new AbortController();
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const route = ROUTES.get(path);
    response.once('close', () => {
      const whole = response.writableFinished;
      if (!whole) abort.abort();
      metrics.count(route === undefined ? 'other' : path, whole ? response.statusCode : 499, (performance.now() - began) / 1000);
    });
    response.on('error', () => abort.abort());
    try {
      checkSource(request);
      if (route?.open !== true) checkToken(request, tokens);
      if (route === undefined) throw new HttpError(404, `there is nothing at ${JSON.stringify(path.slice(0, 100))}; see docs/http.md`);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      if (method !== route.method) throw new HttpError(405, `${path} takes ${route.method} alone`, { Allow: route.method });
      const url = new URL(request.url ?? '/', 'http://localhost');
      await route.handle({ request, response, url, signal: abort.signal, link, asker, metrics });
    } catch (error) {
      sendError(response, error);
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  // A client that waits for leave to send a body too large is told before it sends any of it.
  server.on('checkContinue', (request, response) => {
    // It then sends none, so that where the next request begins is not known.
    if (isTooLarge(request)) response.setHeader('Connection', 'close');
    else response.writeContinue();
    void answer(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portFailure(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  server.on('error', () => undefined);

  const taken = (server.address() as AddressInfo).port;
  return {
    address: `http://${host === '::1' ? '[::1]' : host}:${taken}`,
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), END_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

function portFailure({ code, message }: NodeJS.ErrnoException, host: Host, port: number): Failure {
  if (code === 'EADDRINUSE') return new Failure(EXIT.failed, `port ${port} is in use, perhaps by another hefc serve or a llama-server; stop that, or choose another with --port`);
  if (code === 'EACCES') return new Failure(EXIT.failed, `port ${port} needs privileges; choose one above 1023 with --port`);
  if (code === 'EADDRNOTAVAIL') return new Failure(EXIT.failed, `this machine has no address ${host}; choose another with --host`);
  return new Failure(EXIT.failed, `cannot listen on ${host}, port ${port}: ${message}`);
}
