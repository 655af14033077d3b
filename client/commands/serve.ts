import path from 'node:path';
import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { EXIT, Failure } from '../failure.js';
import { HOSTS, openDoor, type Host } from '../http/door.js';
import { UPDATED } from '../http/observe.js';
import { keptToken, tokenPath } from '../http/token.js';
import { untilSignal } from '../http/untilSignal.js';
import { createLink, type Link } from '../link.js';
import { print } from '../print.js';

export interface ServeOptions {
  repo?: string;
  host: string;
  port: number;
  /** false: none is asked for. */
  token: boolean;
  showToken?: boolean;
}

const STATUS_MS = 30_000;

/** Serves editors over HTTP until it is stopped. */
export async function serve(options: ServeOptions): Promise<void> {
  if (options.showToken === true) return print(keptToken().token);
  const host = checkedHost(options.host);
  const kept = options.token ? keptToken() : undefined;
  const link = createLink(UPDATED);
  try {
    const repo = await servedRepository(link, options.repo);
    const door = await openDoor({ host, port: options.port, tokens: kept && [kept.token], root: repo.root, link });
    print(`Serving ${repo.root} at ${door.address}`, '  /infill, /v1/completions, /v1/models, /health, /metrics; the page of hefc ui at /');
    if (kept === undefined) process.stderr.write(`hefc: WARNING: no token is asked for: every program and every user of this machine can have lines of ${repo.root}; leave --no-token out\n`);
    else if (kept.made) print(`Token, made now and kept in ${tokenPath()}:`, kept.token);
    else print('Token: the one that this prints: hefc serve --show-token');
    warnIfNotIndexed(repo);
    await untilSignal(() => door.close());
  } finally {
    link.close();
  }
}

export function checkedHost(host: string): Host {
  const wanted = host.toLowerCase() === 'localhost' ? '127.0.0.1' : host.replace(/^\[(.*)\]$/, '$1');
  if (!(HOSTS as readonly string[]).includes(wanted)) throw new Failure(EXIT.usage, `${JSON.stringify(host)} is refused: hefc serves this machine alone, on ${HOSTS.join(' or ')}; to reach it from another, forward the port with ssh -L`);
  return wanted as Host;
}

/** The repository around a path. Throws CallError not-a-repository. */
export async function servedRepository(link: Link, place: string | undefined): Promise<NonNullable<StatusResult['repo']>> {
  const { repo } = await link.call('status', { repo: path.resolve(place ?? '.') }, { timeout: STATUS_MS });
  return repo!;
}

export function warnIfNotIndexed({ root, state }: NonNullable<StatusResult['repo']>): void {
  if (state === 'absent') process.stderr.write(`hefc: ${root} is not indexed, so completions know only the text that is sent; run there: hefc init\n`);
}
