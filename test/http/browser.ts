/** A real Chromium without a window, driven over its own DevTools protocol through a pipe. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);

const WAIT_MS = 30_000;

export interface Page {
  /** Another page than the one that is open: a new fragment alone loads nothing. */
  open(address: string): Promise<void>;
  reload(): Promise<void>;
  /** The value of an expression in the page, as JSON carries it. */
  run<T>(expression: string): Promise<T>;
  /** Waits until an expression is true; the error names what never came. */
  until(what: string, expression: string): Promise<void>;
  press(key: string): Promise<void>;
  resize(width: number, height: number, dark?: boolean): Promise<void>;
  /** Brings this page before the others, as a click on its tab does. */
  front(): Promise<void>;
  /** PNG of the whole page. */
  picture(): Promise<Buffer>;
  /** Messages of the console, refusals of the policy among them. */
  faults: string[];
}

export interface Browser {
  page(): Promise<Page>;
  end(): Promise<void>;
}

type Answer = { id?: number; sessionId?: string; method?: string; params?: Record<string, unknown>; result?: unknown; error?: { message: string } };

export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(path.join(tmpdir(), 'hefc-chromium-'));
  const child = spawn(CHROMIUM!, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-extensions', '--disable-component-update', '--disable-background-networking', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const [out, back] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  out.on('error', () => undefined);
  const pending = new Map<number, (answer: Answer) => void>();
  const listeners = new Map<string, (answer: Answer) => void>();
  let last = 0;
  let left = '';
  back.setEncoding('utf8').on('data', (data: string) => {
    const messages = (left + data).split('\0');
    left = messages.pop()!;
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer;
      if (answer.id !== undefined) pending.get(answer.id)?.(answer);
      else if (answer.sessionId !== undefined) listeners.get(answer.sessionId)?.(answer);
    }
  });

  function call<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer`)), WAIT_MS);
      pending.set(id, ({ result, error }) => {
        clearTimeout(late);
        pending.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result as T);
      });
      out.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`);
    });
  }

  return {
    async page() {
      const { targetId } = await call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await call<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
      const faults: string[] = [];
      let loaded: () => void = () => undefined;
      listeners.set(sessionId, ({ method, params }) => {
        if (method === 'Page.loadEventFired') loaded();
        if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') faults.push(JSON.stringify(params));
      });
      const send = <T>(method: string, params: object = {}): Promise<T> => call<T>(method, params, sessionId);
      for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);
      const whenLoaded = async (act: () => Promise<unknown>): Promise<void> => {
        let late: NodeJS.Timeout | undefined;
        const load = new Promise<void>((resolve, reject) => {
          loaded = resolve;
          late = setTimeout(() => reject(new Error('the page was not loaded')), WAIT_MS);
        });
        await act();
        await load;
        clearTimeout(late);
      };
      const page: Page = {
        faults,
        open: (address) => whenLoaded(() => send('Page.navigate', { url: address })),
        reload: () => whenLoaded(() => send('Page.reload')),
        async run<T>(expression: string) {
          const { result, exceptionDetails } = await send<{ result: { value: T }; exceptionDetails?: { exception?: { description?: string } } }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
          if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
          return result.value;
        },
        async until(what, expression) {
          for (const end = Date.now() + WAIT_MS; !(await page.run<boolean>(`Boolean(${expression})`)); ) {
            if (Date.now() > end) throw new Error(`${what} did not happen; the page shows: ${await page.run<string>('document.body.innerText')}`);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        },
        async press(key) {
          const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
          const code = { Enter: 13, Escape: 27, Tab: 9, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40 }[key];
          await send('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', key, code: key, ...(code !== undefined && { windowsVirtualKeyCode: code }), ...(text !== undefined && { text }) });
          await send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, ...(code !== undefined && { windowsVirtualKeyCode: code }) });
        },
        async resize(width, height, dark = false) {
          await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
          await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
        },
        front: () => send('Page.bringToFront'),
        async picture() {
          const { data } = await send<{ data: string }>('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
          return Buffer.from(data, 'base64');
        },
      };
      return page;
    },
    async end() {
      child.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
