/** The body of a request, as one JSON object, and its fields. */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './reply.js';

/** Far above any file that is completed, with what editors send around it. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

export type Body = Readonly<Record<string, unknown>>;

export function isTooLarge({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES;
}

export function tooLarge(): HttpError {
  return new HttpError(413, `the request is larger than ${MAX_BODY_BYTES >> 20} MiB; send less of the file around the cursor`);
}

/**
 * Throws HttpError 413 or 400. What a refused request still sends is read and dropped by Node, so that the connection
 * can carry the next one.
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  if (isTooLarge(request)) throw tooLarge();
  const parts: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length > MAX_BODY_BYTES) {
        request.removeAllListeners('data').resume();
        reject(tooLarge());
      } else parts.push(part);
    });
    request.on('end', resolve).on('error', reject);
  });
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(parts, length).toString('utf8'));
  } catch (error) {
    throw new HttpError(400, length === 0 ? 'the request has no body; send a JSON object' : `the body is not JSON: ${(error as Error).message}`);
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new HttpError(400, 'the body must be a JSON object, such as {"prompt": "def f("}');
  return body as Body;
}

/** Each of these throws HttpError 400 when the field is there and not what it must be; null is as good as absent. */
function field<T>(body: Body, name: string, must: string, holds: (value: unknown) => value is T): T | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!holds(value)) throw new HttpError(400, `${name} must be ${must}, not ${JSON.stringify(value).slice(0, 80)}`);
  return value;
}

export const text = (body: Body, name: string): string | undefined => field(body, name, 'a string', (value) => typeof value === 'string');
export const flag = (body: Body, name: string): boolean => field(body, name, 'true or false', (value) => typeof value === 'boolean') ?? false;
export const number = (body: Body, name: string): number | undefined => field(body, name, 'a number', (value): value is number => typeof value === 'number' && Number.isFinite(value));

/** A string, or a list of them. */
export function texts(body: Body, name: string): string[] {
  const value = field(body, name, 'a string or a list of strings', (one): one is string | string[] => typeof one === 'string' || (Array.isArray(one) && one.every((part) => typeof part === 'string')));
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

export function object(body: Body, name: string): Body {
  return field(body, name, 'an object', (value): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)) ?? {};
}
