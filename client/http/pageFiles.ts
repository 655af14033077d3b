/** The page of `hefc ui`: a few static files beside the sources, as they are. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { send } from './reply.js';
import type { Handler } from './routes.js';

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** Path in an address → file and type. */
export const PAGE_FILES: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['/', ['index.html', HTML]],
  ['/page.css', ['page.css', 'text/css; charset=utf-8']],
  ['/icon.svg', ['icon.svg', 'image/svg+xml']],
  ...['page.js', 'access.js', 'treemap.js', 'tree.js', 'completions.js', 'numbers.js', 'draw.js'].map((name): [string, [string, string]] => [`/${name}`, [name, SCRIPT]]),
]);

/** The page runs its own scripts, speaks to its own server, and can do nothing else. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const pageFile: Handler = ({ response, url }) => {
  const [name, type] = PAGE_FILES.get(url.pathname)!;
  const content = readFileSync(path.join(packageRoot(), 'client', 'http', 'page', name));
  send(response, 200, type, content, { 'Content-Security-Policy': POLICY });
};
