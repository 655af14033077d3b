/** What the HTTP door answers at which path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Link } from '../link.js';
import type { Asker } from './ask.js';
import { infill } from './infill.js';
import { showMetrics, type Metrics } from './metrics.js';
import { completions, models } from './openai.js';
import { recent, status, tree } from './pageData.js';
import { PAGE_FILES, pageFile } from './pageFiles.js';
import { sendJson } from './reply.js';

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** Aborted when the client hangs up. */
  signal: AbortSignal;
  link: Link;
  asker: Asker;
  metrics: Metrics;
}

export type Handler = (exchange: Exchange) => Promise<void> | void;

interface Route {
  method: 'GET' | 'POST';
  handle: Handler;
  /** Answered without a token: nothing of a repository is in it. */
  open?: true;
}

const health: Handler = ({ response }) => sendJson(response, { status: 'ok' });

export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/infill', { method: 'POST', handle: infill }],
  ['/v1/completions', { method: 'POST', handle: completions }],
  ['/v1/models', { method: 'GET', handle: models }],
  ['/health', { method: 'GET', handle: health, open: true }],
  ['/metrics', { method: 'GET', handle: showMetrics }],
  ['/api/status', { method: 'GET', handle: status }],
  ['/api/recent', { method: 'GET', handle: recent }],
  ['/api/tree', { method: 'GET', handle: tree }],
  ...[...PAGE_FILES.keys()].map((path): [string, Route] => [path, { method: 'GET', handle: pageFile, open: true }]),
]);
