/**
 * Who may speak to the HTTP door. A web page anywhere can send requests to this machine: its browser names the page in
 * `Origin`, and a page that made a name of its own lead here (DNS rebinding) gives itself away by `Host`.
 */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './reply.js';
import { isOneOf } from './token.js';

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

/** Throws HttpError 403. */
export function checkSource({ headers: { host = '', origin } }: IncomingMessage): void {
  if (!LOOPBACK.test(host)) throw new HttpError(403, `the host ${JSON.stringify(host.slice(0, 100))} is refused; address the server as 127.0.0.1 or localhost`);
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) throw new HttpError(403, `the origin ${JSON.stringify(origin.slice(0, 100))} is refused; other web pages may not use this server`);
}

/** Throws HttpError 401. `tokens`: any of them will do; undefined: none is asked for. */
export function checkToken({ headers }: IncomingMessage, tokens: readonly string[] | undefined): void {
  if (tokens === undefined) return;
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const given = [bearer, headers['x-api-key'], headers['api-key']].filter((one): one is string => typeof one === 'string' && one !== '');
  if (given.some((one) => isOneOf(one, tokens))) return;
  const why = given.length === 0 ? 'a token is needed' : 'the token is wrong';
  throw new HttpError(401, `${why}; send "Authorization: Bearer TOKEN" with the one that this prints: hefc serve --show-token`);
}
