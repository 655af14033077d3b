/**
 * The packed extension in a real VS Code, code-server, driven through a real Chromium. Not a part of `npm test`: what it
 * needs is large. `node dist/test/vscode/inCodeServer.js FOLDER [SCREENSHOTS]`; docs/editors.md says what FOLDER holds.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packExtension } from '../../client/editors/vscode/package.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, until } from '../daemon/surroundings.js';

/** Of puppeteer-core, which is not among our dependencies, what is used here. */
interface Page {
  goto(url: string): Promise<unknown>;
  waitForSelector(selector: string, options?: { timeout: number }): Promise<unknown>;
  waitForFunction(script: string, options?: { timeout: number }): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  screenshot(options: { path: string }): Promise<unknown>;
  keyboard: { press(key: string): Promise<void>; down(key: string): Promise<void>; up(key: string): Promise<void>; type(text: string, options: { delay: number }): Promise<void> };
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

const [folder = '.', shots = path.join(tmpdir(), 'hefc-vscode-shots')] = process.argv.slice(2);
const load = createRequire(path.resolve(folder, 'package.json'));
const puppeteer = load('puppeteer-core') as { launch(options: object): Promise<Browser> };
const codeServer = path.join(path.dirname(load.resolve('code-server/package.json')), 'out', 'node', 'entry.js');
mkdirSync(shots, { recursive: true });

const place = makeSurroundings();
const shop = place.repository('shop');
shop.commit(SHOP);
const file = path.join(shop.root, 'shop/order.py');
writeFileSync(file, `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n        \n`);

const bin = path.join(place.folder, 'bin');
mkdirSync(bin);
writeFileSync(path.join(bin, 'hefc'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
// The editor takes the PATH from a login shell.
writeFileSync(path.join(place.folder, '.profile'), `export PATH='${bin}:${path.dirname(process.execPath)}':"$PATH"\n`);
const environment = { ...process.env, HOME: place.folder, SHELL: '/bin/bash', PATH: `${bin}:${path.dirname(process.execPath)}:${process.env.PATH}` };
const data = path.join(place.folder, 'data');
const extensions = path.join(place.folder, 'extensions');
mkdirSync(path.join(data, 'User'), { recursive: true });
writeFileSync(path.join(data, 'User', 'settings.json'), JSON.stringify({ 'hefc.timeout': 60_000, 'workbench.startupEditor': 'none' }));
const common = [codeServer, '--user-data-dir', data, '--extensions-dir', extensions];

function run(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: environment, cwd: shop.root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const lastLine = (): string => readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
const counts = (): string => readFileSync(path.join(process.env.HEFC_HOME!, 'state', 'editor.json'), 'utf8').trim();

function is(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  console.log(`ok  ${what}: ${JSON.stringify(found)}`);
}

let browser: Browser | undefined;
let seen: ((name: string) => Promise<unknown>) | undefined;
let server: ChildProcess | undefined;
try {
  run(MAIN, 'init');
  const vsix = path.join(place.folder, 'hefc.vsix');
  await packExtension(vsix);
  run(...common, '--install-extension', vsix);
  const port = await freePort();
  server = spawn(process.execPath, [...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [server.stdout!, server.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('code-server listens', () => said.includes('HTTP server listening'));
  browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'], defaultViewport: { width: 1280, height: 800 } });
  const page = await browser.newPage();
  const shot = (name: string): Promise<unknown> => page.screenshot({ path: path.join(shots, `${name}.png`) });
  seen = shot;
  const keys = async (...names: string[]): Promise<void> => {
    for (const name of names.slice(0, -1)) await page.keyboard.down(name);
    await page.keyboard.press(names.at(-1)!);
    for (const name of names.slice(0, -1).reverse()) await page.keyboard.up(name);
  };
  const type = (text: string): Promise<void> => page.keyboard.type(text, { delay: 60 });
  const ghost = (): Promise<unknown> => page.evaluate(`[...document.querySelectorAll('.ghost-text-decoration, .ghost-text, .ghost-text-decoration-preview')].map((one) => one.textContent).join('').replaceAll('\\u00a0', ' ')`);
  const status = (): Promise<unknown> => page.evaluate(`document.querySelector('[id="hefc.hefc-vscode.hefc.status"]')?.textContent ?? ''`);
  const palette = async (text: string): Promise<void> => {
    await keys('F1');
    await page.waitForSelector('.quick-input-widget input');
    await type(text);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await shot(`palette ${text.replace(/\W+/g, ' ')}`);
    await keys('Enter');
  };

  await page.goto(`http://127.0.0.1:${port}/?folder=${shop.root}`);
  await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
  await until('the status bar shows hefc', async () => String(await status()).includes('hefc'));
  await keys('Control', 'p');
  await page.waitForSelector('.quick-input-widget input');
  await type(file);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await keys('Enter');
  await page.waitForSelector('.monaco-editor .view-lines');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await keys('Control', 'End');
  await keys('ArrowUp');
  await keys('End');
  await shot('opened');

  await type('send_par');
  await until('the rest of the line stands in grey', async () => (await ghost()) === 'cel(item, basket.owner)');
  await shot('ghost');
  await type('cel');
  await until('typing along keeps it', async () => (await ghost()) === '(item, basket.owner)');
  await shot('typed along');
  await keys('Control', 'ArrowRight');
  await shot('next word taken');
  await until('less is left after a word was taken', async () => !['(item, basket.owner)', ''].includes(String(await ghost())));
  await keys('Tab');
  await keys('Control', 's');
  await until('the line is on the disk', () => lastLine() !== '        ' && lastLine().endsWith(')'));
  is('the line on the disk', lastLine(), '        send_parcel(item, basket.owner)');
  await shot('taken');
  await palette('hefc: Show Status');
  await until('the status is shown', async () => String(await page.evaluate('document.body.textContent')).includes('indexed'));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await shot('status');
  console.log('status bar:', await status(), ' counted:', counts());
  await page.click('[id="hefc.hefc-vscode.hefc.status"] a');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await shot('menu');
} catch (error) {
  await seen?.('failed').catch(() => undefined);
  throw error;
} finally {
  console.log(`screenshots: ${shots}`);
  await browser?.close();
  if (server?.pid !== undefined) {
    process.kill(-server.pid, 'SIGTERM');
    await new Promise((resolve) => server!.once('close', resolve));
  }
  await place.end();
}
