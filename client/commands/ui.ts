import { spawn } from 'node:child_process';
import { openDoor } from '../http/door.js';
import { UPDATED } from '../http/observe.js';
import { newToken } from '../http/token.js';
import { untilSignal } from '../http/untilSignal.js';
import { createLink } from '../link.js';
import { print } from '../print.js';
import { checkedHost, servedRepository, warnIfNotIndexed } from './serve.js';

export interface UiOptions {
  repo?: string;
  host: string;
  port: number;
  /** Open a browser. */
  open: boolean;
}

/** Shows a repository's index on a page in the browser until it is stopped. */
export async function ui(options: UiOptions): Promise<void> {
  const host = checkedHost(options.host);
  const link = createLink(UPDATED);
  try {
    const repo = await servedRepository(link, options.repo);
    // Of this run alone: an address is kept in the browser's history.
    const token = newToken();
    const door = await openDoor({ host, port: options.port, tokens: [token], root: repo.root, link });
    const address = `${door.address}/#token=${token}`;
    print(`The page of ${repo.root}, until CTRL-C:`, address);
    warnIfNotIndexed(repo);
    if (options.open) openBrowser(address);
    await untilSignal(() => door.close());
  } finally {
    link.close();
  }
}

/** Without a browser the printed address is all there is. */
function openBrowser(address: string): void {
  const [command, ...args] = { darwin: ['open', address], win32: ['rundll32', 'url.dll,FileProtocolHandler', address] }[process.platform as string] ?? ['xdg-open', address];
  if (process.platform === 'linux' && process.env.DISPLAY === undefined && process.env.WAYLAND_DISPLAY === undefined) return;
  spawn(command!, args, { stdio: 'ignore', detached: true }).on('error', () => undefined).unref();
}
