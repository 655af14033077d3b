/** Real editors on the real server: what is typed, asked for and taken stands in the file. Those not installed are skipped. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../client/lsp/settings.js';
import { connect } from '../../daemon/ipc/client.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, type Surroundings, type TestRepository } from '../daemon/surroundings.js';

const test = suite('lsp: editors');
const PATIENCE = { timeout: 120_000 };
/** An editor that waits for what never comes. */
const LIMIT_MS = 60_000;
let place: Surroundings;
let shop: TestRepository;
test.before(async () => {
  place = makeSurroundings();
  shop = place.repository('shop');
  shop.commit(SHOP);
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  daemon.close();
});
test.after(() => place.end());

const PAGE = readFileSync(path.join(packageRoot(), 'docs', 'editors.md'), 'utf8');
const SECTIONS = new Map(PAGE.split(/^## /m).slice(1).map((section) => [section.split('\n', 1)[0] ?? '', section]));

/** The first block of code in the section whose title begins so. */
function configuration(title: string): string {
  const [, section = ''] = [...SECTIONS].find(([name]) => name.startsWith(title)) ?? [];
  const [, code] = /^```\w+\n([^]*?)^```/m.exec(section) ?? [];
  assert.ok(code, `docs/editors.md has no configuration for ${title}`);
  return code;
}

const script = (name: string): string => path.join(packageRoot(), 'test', 'lsp', name);
const works = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

interface Driven {
  name: string;
  /** Beginning of its section's title. */
  section: string;
  there: boolean;
  command: string;
  /** Arguments, given its configuration in a file, and the file to edit. */
  args(settings: string, file: string): string[];
}
const EDITORS: Driven[] = [
  { name: 'Neovim', section: 'Neovim 0.7', there: works('nvim', '--version'), command: 'nvim', args: (settings, file) => ['--headless', '-u', settings, '-i', 'NONE', '-n', '-S', script('neovim.lua'), file] },
  // Debian's own start-up file makes its packages, eglot among them, known.
  { name: 'Emacs', section: 'Emacs', there: works('emacs', '--batch', '--eval', "(require 'eglot)"), command: 'emacs', args: (settings) => ['--batch', '--no-init-file', '--load', settings, '--load', script('emacs.el')] },
];
for (const { name, section, there, command, args } of EDITORS) {
  (there ? test : test.skip)(`${name}, configured as docs/editors.md says, completes a line by its own completion`, async () => {
    const settings = path.join(place.folder, `${name}.${section.startsWith('Neovim') ? 'lua' : 'el'}`);
    // Long enough for a busy machine.
    writeFileSync(settings, configuration(section).replace(/(:timeout )\d+/, '$160000'));
    writeFileSync(path.join(place.folder, '.hefc.json'), '{"timeout": 60000}');
    const bin = path.join(place.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, 'hefc'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    const file = path.join(shop.root, 'shop/order.py');
    writeFileSync(file, `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n`);
    const environment = { HOME: place.folder, PATH: `${bin}:${process.env.PATH}`, HEFC_TEST_TYPED: '        send_par', HEFC_TEST_FILE: file };
    const child = spawn(command, args(settings, file), { cwd: shop.root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    clearTimeout(late);
    assert.is(code, 0, output);
    assert.is(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1), '        send_parcel(item, basket.owner)', output);
  });
}

test('docs/editors.md says of every editor whether its configuration was tested', () => {
  for (const editor of ['Visual Studio Code', 'Neovim, with the plugin', 'Neovim 0.7', 'Neovim 0.11', 'Vim 9', 'Helix', 'Emacs', 'Kakoune (', 'Kakoune with', 'Zed', 'Sublime', 'llama.vim', 'llama.vscode', 'minuet', 'Continue']) {
    const title = [...SECTIONS.keys()].find((one) => one.startsWith(editor));
    assert.match(title ?? `no section for ${editor}`, /\((?:untested|tested with [^)]+)\)$/);
  }
});

test('docs/editors.md names every setting with its default, and every command', () => {
  const rows = [...(SECTIONS.get('Settings (tested)') ?? '').matchAll(/^\| (\w+) \| `([^`]+)` \|/gm)].map(([, name, shown]) => [name, JSON.parse(shown ?? '') as unknown]);
  assert.equal(Object.fromEntries(rows), DEFAULTS);
  for (const command of ['hefc.status', 'hefc.explainLast', 'hefc.pauseIndexing', 'hefc.resumeIndexing', 'hefc.reindex', 'hefc.statusData']) assert.match(PAGE, command);
});

test.run();
