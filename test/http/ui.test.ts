/** The page of `hefc ui` in a real Chromium, on a repository that is indexed while it is looked at. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addEditorCounts } from '../../client/editorCounts.js';
import { connect, stopDaemon, type Connection } from '../../daemon/ipc/client.js';
import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { makeSurroundings, SHOP, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { CHROMIUM, startBrowser, type Browser, type Page } from './browser.js';
import { endServers, startServer, type Server } from './server.js';

const suiteTest = suite('http: ui');
const test = CHROMIUM === undefined ? suiteTest.skip : suiteTest;
const PATIENCE = { timeout: 120_000 };
const NASTY = '<img src=x onerror=document.title="hit">.py';
let place: Surroundings;
let shop: TestRepository;
let server: Server;
let browser: Browser;
let page: Page;
let address: string;

async function withDaemon<T>(body: (daemon: Connection) => Promise<T>): Promise<T> {
  const daemon = await connect(PATIENCE);
  try {
    return await body(daemon);
  } finally {
    daemon.close();
  }
}
const index = (): Promise<unknown> => withDaemon((daemon) => daemon.call('index', { repo: shop.root, wait: true }, PATIENCE));

function complete(): Promise<CompleteResult> {
  const text = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n        send_par`;
  const lines = text.split('\n');
  return withDaemon((daemon) => daemon.call('complete', { file: path.join(shop.root, 'shop/order.py'), text, line: lines.length, column: lines.at(-1)!.length, timeout: 60_000 }, PATIENCE));
}

/** What a tile of the map says; undefined: there is none. */
const tile = (name: string): Promise<string | null> => page.run(`document.querySelector(${JSON.stringify(`#map [data-path=${JSON.stringify(name)}]`)})?.getAttribute('aria-label') ?? null`);
const shows = (name: string, what: string): Promise<void> => page.until(`${name}: ${what}`, `document.querySelector(${JSON.stringify(`#map [data-path=${JSON.stringify(name)}]`)})?.getAttribute('aria-label').includes(${JSON.stringify(what)})`);
const textOf = (id: string): Promise<string> => page.run(`document.getElementById('${id}').innerText`);

suiteTest.before(async () => {
  if (CHROMIUM === undefined) return;
  place = makeSurroundings();
  shop = place.repository('shop');
  shop.write({ ...SHOP, '.env': 'KEY=1\n', [NASTY]: 'nasty = True\n' });
  writeFileSync(path.join(shop.root, 'logo.png'), Buffer.from([137, 80, 0, 1]));
  shop.commit({});
  await index();
  server = await startServer(['ui', '--no-open'], shop.root);
  address = /http:\S+/.exec(server.output().stdout)![0];
  browser = await startBrowser();
  page = await browser.page();
  await page.resize(1280, 800);
});
suiteTest.after(async () => {
  endServers();
  await browser?.end();
  await place?.end();
});

test('the printed address shows the repository, and leaves no token in the address bar', async () => {
  await page.open(address);
  await shows('shop/basket.py', 'fused');
  assert.is(await page.run('location.href'), `${server.address}/`);
  assert.match(await textOf('repository'), `${shop.root} · main`);
  assert.is(await textOf('state'), 'ready');
  assert.match(await page.run('document.title'), 'shop');
  assert.match(await textOf('completions'), 'None yet');
  assert.match(await textOf('numbers'), 'No suggestion was shown');
});

test('each file stands in the map with its size and state, a refused one with the reason, and no name acts', async () => {
  assert.is(await tile('shop/basket.py'), `shop/basket.py, ${SHOP['shop/basket.py']!.length} B: fused`);
  assert.match(await tile('.env') ?? '', /^\.env, 6 B: refused \(secret-like\)\. .*credential/);
  assert.match(await tile('logo.png') ?? '', 'refused (binary)');
  assert.match(await tile('shop') ?? '', /^shop\/: 3 files, \d+ B; 3 fused; the folder has vectors of its own$/);
  assert.is(await tile(NASTY), `${NASTY}, 13 B: fused`);
  assert.is(await page.run('document.querySelectorAll("img").length'), 0);
  assert.match(await textOf('legend'), /fused 6\s+waiting 0\s+refused 2: 1 \S+, 1 \S+/);
});

test('a reload shows the same', async () => {
  await page.reload();
  await shows('shop/basket.py', 'fused');
});

test('folders open by click and by keys, and are left again', async () => {
  await page.run(`document.querySelector('#map [data-path="shop"]').click()`);
  await page.until('the folder was opened', `document.getElementById('crumbs').innerText.includes('shop') && !document.querySelector('#map [data-path="web"]')`);
  assert.match(await textOf('detail'), 'shop/: 3 files');
  await page.run(`document.querySelector('#map button').focus()`);
  await page.press('Escape');
  await page.until('the folder was left', `document.querySelector('#map [data-path^="web"]')`);
  // By arrows alone from the first tile to the folder `shop`, and in.
  await page.run(`document.querySelector('#map button[tabindex="0"]').focus()`);
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) {
    const before = await page.run('document.activeElement.dataset.path');
    await page.press(key);
    assert.type(await page.run('document.activeElement.dataset.path'), 'string', `${key} from ${String(before)}`);
  }
  await page.run(`document.querySelector('#map [data-path="shop"]').focus()`);
  await page.press('Enter');
  await page.until('the folder was opened', `!document.querySelector('#map [data-path^="web"]')`);
  assert.is(await page.run(`document.querySelectorAll('#map button[tabindex="0"]').length`), 1);
  await page.run(`document.querySelector('#crumbs button').click()`);
  await page.until('the whole was shown', `document.querySelector('#map [data-path^="web"]')`);
});

test('an index is followed as it goes', async () => {
  await withDaemon((daemon) => daemon.call('pause', { repo: shop.root, paused: true }, PATIENCE));
  shop.commit({ 'shop/fresh.py': 'fresh = True\n' });
  await page.until('the pause was shown', `document.getElementById('state').innerText.startsWith('paused')`);
  // A commit alone changes nothing the page asks for often; the next state does.
  await page.reload();
  await shows('shop/fresh.py', 'waiting to be fused');
  assert.match(await tile('shop') ?? '', '1 waiting');
  await index();
  await shows('shop/fresh.py', ': fused');
  await page.until('the state was shown', `document.getElementById('state').innerText === 'ready'`);
});

test('a completion comes up with its lane, time and vectors, and is counted', async () => {
  const { text, lane, nodes } = await complete();
  await page.until('the completion was shown', `document.querySelector('#completions details')`);
  const shown = await textOf('completions');
  assert.match(shown, 'shop/order.py:12');
  assert.match(shown, text);
  await page.run(`document.querySelector('#completions summary').click()`);
  const whole = await textOf('completions');
  for (const node of nodes) assert.match(whole, node.path);
  assert.match(whole, /\d+ memory vectors/);
  assert.match(await textOf('numbers'), lane === 'copy' ? 'copied' : 'written by the model');
  await complete();
  await page.until('the next was shown', `document.querySelectorAll('#completions details').length === 2`);
  assert.ok(await page.run(`document.querySelectorAll('#completions details')[1].open`), 'what was opened stays so');
  addEditorCounts({ shown: 4, accepted: 2, partial: 1, dismissed: 1 });
  await page.until('the counts were shown', `document.getElementById('numbers').innerText.includes('75 %')`);
});

/** Contrast of an element's text with its background, as WCAG 2 defines it. */
const CONTRAST = `(element) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (one) => { const found = channels(getComputedStyle(one).backgroundColor); return found.length === 4 && found[3] === 0 ? (one.parentElement ? behind(one.parentElement) : [255, 255, 255]) : found; };
  const light = (colour) => { const [r, g, b] = colour.slice(0, 3).map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}`;
for (const [width, dark] of [[1280, false], [800, true]] as const) {
  test(`at ${width} pixels, ${dark ? 'dark' : 'light'}, nothing lies outside the page or over something else, and all text stands out`, async () => {
    await page.resize(width, 800, dark);
    await page.until('the map was drawn anew', `[...document.querySelectorAll('#map button')].every((one) => one.getBoundingClientRect().right <= innerWidth)`);
    assert.ok(await page.run(`document.scrollingElement.scrollWidth <= innerWidth`));
    assert.equal(await page.run(`[...document.querySelectorAll('h1, h2, h3, p, th, td, li, .where, .time, .lane, .text, .tile.fused, .tile.refused, .folder')].filter((one) => one.innerText.trim() !== '' && (${CONTRAST})(one) < 4.5).map((one) => one.outerHTML.slice(0, 200))`), []);
    const overlapping = `(() => {
      const tiles = [...document.querySelectorAll('#map .tile')].map((one) => one.getBoundingClientRect());
      return tiles.filter((a, at) => tiles.some((b, other) => other > at && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)).length;
    })()`;
    assert.is(await page.run(overlapping), 0);
    assert.ok((await page.picture()).length > 10_000);
  });
}

test('the page may run nothing but its own scripts, and nothing was refused or thrown so far', async () => {
  assert.equal(page.faults, []);
  const { headers } = await server.send('/', { token: false });
  assert.match(String(headers['content-security-policy']), "default-src 'none'; script-src 'self'");
  await page.run(`document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = "hit"' }))`);
  assert.match(await page.run('document.title'), 'shop');
  assert.ok(page.faults.length > 0);
});

test('a wrong token, or none, is told, and the right one may be pasted', async () => {
  const token = address.split('token=')[1]!;
  const other = await browser.page();
  await other.open(`${server.address}/`);
  await other.until('a token was asked for', `document.getElementById('enter').offsetParent`);
  await other.run(`location.hash = '#token=wrong-wrong-wrong-wrong'`);
  await other.until('the token was refused', `document.getElementById('why').innerText.includes('not that of this server')`);
  assert.is(await other.run(`document.getElementById('main').offsetParent`), null);
  await other.run(`document.getElementById('token').focus()`);
  for (const key of token) await other.press(key);
  await other.press('Enter');
  await other.until('the map was shown', `document.querySelector('#map button')`);
  await page.front();
});

test('a daemon that has ended is told, and not started by looking', async () => {
  await stopDaemon();
  await page.until('the end was shown', `document.getElementById('state').innerText.includes('the daemon rests')`);
  await index();
  await page.until('the daemon was found again', `document.getElementById('state').innerText === 'ready'`);
});

test('a server that has ended is told', async () => {
  assert.is(await server.end(), 0);
  await page.until('the end was shown', `document.getElementById('notice').innerText.includes('hefc ui')`);
});

suiteTest.run();
