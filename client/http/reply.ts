/** Answers of the HTTP door: JSON, errors in the form OpenAI's and llama.cpp's clients read, events of a stream. */
import type { ServerResponse } from 'node:http';
import { CallError, NoDaemonError } from '../../daemon/ipc/errors.js';
import { oneLine } from '../failure.js';

/** An answer other than 200; its message is one line that names the cause and the fix. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** Nothing here may be kept, sniffed, framed or read by another page; `Access-Control-…` is never sent. */
const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'X-Frame-Options': 'DENY', 'Referrer-Policy': 'no-referrer', 'Cross-Origin-Resource-Policy': 'same-origin' };

export function send(response: ServerResponse, status: number, type: string, body: string | Buffer, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...HEADERS, ...headers, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/** On one line: some clients read lines. */
export function sendJson(response: ServerResponse, body: object, status = 200, headers: Record<string, string> = {}): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body), headers);
}

const TYPES: Record<number, string> = { 400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error', 404: 'not_found_error', 405: 'invalid_request_error', 413: 'invalid_request_error', 503: 'unavailable_error', 504: 'timeout_error' };

/** Ends the answer with an error; one that has begun as a stream with an event that tells it. */
export function sendError(response: ServerResponse, error: unknown): void {
  const status = statusOf(error);
  const message = oneLine(error).replace(/^hefc: /, '');
  const body = { error: { code: status, message, type: TYPES[status] ?? 'server_error' } };
  if (response.headersSent) return void response.end(event(body));
  sendJson(response, body, status, { ...(error instanceof HttpError ? error.headers : {}), ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="hefc"' } : {}) });
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof NoDaemonError) return 503;
  if (!(error instanceof CallError)) return 500;
  return { usage: 400, timeout: 504, busy: 503, version: 503 }[error.code as string] ?? 500;
}

/** One event of a stream (server-sent events). */
export function event(body: object | string): string {
  return `data: ${typeof body === 'string' ? body : JSON.stringify(body)}\n\n`;
}

/** Begins a stream unless it has begun, and writes one event. */
export function stream(response: ServerResponse, body: object | string): void {
  if (!response.headersSent) response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' });
  if (!response.destroyed) response.write(event(body));
}
