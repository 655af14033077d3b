/** The packed extension on the real `hefc lsp`, behind a stand-in for the editor. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EditorCounts } from '../../client/editorCounts.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, until, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { openWindow, pack, type Packed, type Window } from './packed.js';
import type { Document, Editor } from './standIn.js';

const test = suite('vscode: extension');
const READY = '$(layers-active) hefc';
/** Long enough for a busy machine. */
const SETTINGS = { 'hefc.timeout': 60_000 };
const BEFORE = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n        send_par`;
const REST = 'cel(item, basket.owner)';
const PATH = process.env.PATH ?? '';

let place: Surroundings;
let shop: TestRepository;
let packed: Packed;
let bin: string;
let window: Window | undefined;

const script = (name: string, text: string): string => {
  const file = path.join(bin, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
};
/** Notes the process of each server it becomes. */
const hefc = (): string => script('hefc', `[ "$1" = lsp ] && echo $$ >>'${path.join(place.folder, 'servers')}'\nexec '${process.execPath}' '${MAIN}' "$@"`);

test.before(async () => {
  place = makeSurroundings();
  shop = place.repository('shop');
  shop.commit(SHOP);
  process.env.HOME = place.folder;
  bin = path.join(place.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(place.folder, 'servers'), '');
  hefc();
  process.env.PATH = `${bin}:${PATH}`;
  execFileSync(process.execPath, [MAIN, 'init', '--no-hooks'], { cwd: shop.root });
  packed = await pack(place.folder);
});
test.after.each(async () => {
  await window?.close();
  window = undefined;
  rmSync(path.join(place.folder, '.hefc.json'), { force: true });
  process.env.PATH = `${bin}:${PATH}`;
  hefc();
});
test.after(() => place.end());

/** A window with the file open and hefc ready. */
async function open(settings: Record<string, unknown> = SETTINGS, text = BEFORE): Promise<{ editor: Editor; document: Document }> {
  window = await openWindow(packed, settings);
  const { editor } = window;
  const document = editor.open(path.join(shop.root, 'shop/order.py'), 'python', text);
  await until('hefc is ready', () => editor.bar.text === READY).catch(() => assert.unreachable(JSON.stringify([editor.bar, editor.messages, editor.log])));
  return { editor, document };
}
const end = (document: Document): number => document.getText().length;
const texts = async (answer: ReturnType<Editor['suggest']>): Promise<string[] | null | undefined> => (await answer)?.map(({ insertText }) => insertText) ?? null;
/** Suggestions that the server was asked for so far. */
const requests = async (editor: Editor): Promise<number> => ((await editor.run('hefc.requests')) as { requests: number }).requests;
const readCounts = (): EditorCounts => {
  try {
    return JSON.parse(readFileSync(path.join(process.env.HEFC_HOME!, 'state', 'editor.json'), 'utf8')) as EditorCounts;
  } catch {
    return { shown: 0, accepted: 0, partial: 0, dismissed: 0 };
  }
};
const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** Processes of the servers that run. */
const server = (): number[] => readFileSync(path.join(place.folder, 'servers'), 'utf8').trim().split('\n').filter(Boolean).map(Number).filter(runs);

test('completes a line, and a taken one is counted', async () => {
  const { editor, document } = await open();
  const before = readCounts();
  const [item] = (await editor.suggest(document, end(document))) ?? [];
  assert.is(item?.insertText, REST);
  assert.equal([item?.range.start, item?.range.end], [document.positionAt(end(document)), document.positionAt(end(document))]);
  editor.write(document, end(document), REST);
  await editor.run(item!.command!.command, ...item!.command!.arguments!);
  await until('it was counted', () => readCounts().accepted === before.accepted + 1);
});

test('what is typed along stays suggested without a new request, also when the editor closes a bracket', async () => {
  const { editor, document } = await open();
  assert.equal(await texts(editor.suggest(document, end(document))), [REST]);
  const asked = await requests(editor);
  editor.write(document, end(document), 'cel');
  assert.equal(await texts(editor.suggest(document, end(document))), ['(item, basket.owner)']);
  editor.write(document, end(document), '()');
  const [item] = (await editor.suggest(document, end(document) - 1)) ?? [];
  assert.is(item?.insertText, 'item, basket.owner)');
  assert.equal(item?.range.end.character, item!.range.start.character + 1);
  assert.is(await requests(editor), asked);
  await editor.suggest(document, end(document) - 1, { invoked: true });
  assert.is(await requests(editor), asked + 1, 'one that is asked for by a key is asked for');
});

test('a word taken is counted as a part', async () => {
  const { editor, document } = await open();
  const before = readCounts();
  assert.equal(await texts(editor.suggest(document, end(document))), [REST]);
  editor.write(document, end(document), 'cel');
  editor.write(document, end(document), '\n\nx');
  await editor.suggest(document, end(document));
  document.replace(0, 0, '');
  await window!.close();
  window = undefined;
  assert.is(readCounts().partial, before.partial + 1);
});

test('an answer to a text that has changed meanwhile, or to a cancelled request, is nothing', async () => {
  const { editor, document } = await open();
  const late = editor.suggest(document, end(document));
  editor.write(document, 0, '# ');
  assert.is(await texts(late), null);
  const source = editor.cancellation();
  const cancelled = editor.suggest(document, end(document), { source });
  source.cancel();
  assert.is(await texts(cancelled), null);
  assert.equal(await texts(editor.suggest(document, end(document))), [REST]);
});

test('with a debounce, keys in quick succession cost one request', async () => {
  const { editor, document } = await open({ ...SETTINGS, 'hefc.debounce': 400 }, BEFORE.slice(0, -3));
  const asked = await requests(editor);
  const answers = [...'par'].map((key) => {
    editor.write(document, end(document), key);
    return texts(editor.suggest(document, end(document)));
  });
  assert.equal(await Promise.all(answers), [null, null, [REST]]);
  assert.is(await requests(editor), asked + 1);
});

test('nothing is offered where completions are off, and switching all off ends the server', async () => {
  window = await openWindow(packed, { ...SETTINGS, 'hefc.languages': { '*': true, python: false } });
  const { editor } = window;
  const python = editor.open(path.join(shop.root, 'shop/order.py'), 'python', BEFORE);
  await until('the status bar says so', () => editor.bar.text === '$(circle-slash) hefc' && /off in this language/.test(editor.bar.tooltip));
  assert.is(await texts(editor.suggest(python, end(python))), null);
  await editor.run('hefc.vscode.toggleLanguage');
  assert.equal(await texts(editor.suggest(python, end(python))), [REST]);
  assert.is(server().length, 1);
  await editor.run('hefc.vscode.disable');
  await until('the server has ended', () => server().length === 0 && editor.bar.text === '$(circle-slash) hefc');
  assert.is(editor.suggest(python, end(python)), undefined);
  await editor.run('hefc.vscode.enable');
  await until('it is ready again', () => editor.bar.text === READY);
  assert.equal(await texts(editor.suggest(python, end(python))), [REST]);
});

test('the home\'s .hefc.json holds where the editor sets nothing, and the editor wins where it does', async () => {
  writeFileSync(path.join(place.folder, '.hefc.json'), '{"enabled": false, "timeout": 60000}');
  const { editor, document } = await open({});
  assert.is((await texts(editor.suggest(document, end(document))))?.length ?? 0, 0);
  editor.set('hefc.enabled', true);
  await until('the editor\'s setting holds', async () => (await texts(editor.suggest(document, end(document))))?.[0] === REST);
  editor.set('hefc.timeout', 'soon');
  await until('a wrong one is named', () => editor.messages.some((text) => /hefc\.timeout must be a whole number/.test(text)));
});

test('a missing hefc is named with buttons, and found once it is there', async () => {
  process.env.PATH = `.:${path.dirname(process.execPath)}`;
  window = await openWindow(packed, SETTINGS);
  const { editor } = window;
  await until('a message says so', () => editor.messages.length > 0);
  assert.match(editor.messages[0]!, /^hefc was not found on the PATH.*npm link.*hefc\.path/);
  assert.is(editor.bar.text, '$(error) hefc');
  process.env.PATH = `${bin}:${PATH}`;
  editor.open(path.join(shop.root, 'shop/order.py'), 'python', BEFORE);
  editor.answer.choose = 'restart';
  await editor.run('hefc.vscode.menu');
  await until('hefc is ready', () => editor.bar.text === READY);
});

const WRONG: [string, () => string, RegExp][] = [
  ['one that is too old', () => script('old', 'echo 0.0.9'), /old is version 0\.0\.9, which is too old.*Update hefc/],
  ['something else', () => script('other', 'echo hello'), /is not hefc: it said "hello"/],
  ['one that fails', () => script('broken', 'echo "no node here" >&2; exit 127'), /does not run: no node here.*hefc doctor/],
  ['a relative path', () => 'bin/hefc', /hefc\.path is "bin\/hefc"; it must be an absolute path/],
  ['a path where nothing is', () => '/nowhere/hefc', /no program \/nowhere\/hefc/],
];
test('a hefc.path that leads to no usable hefc is told in one message, and the buttons work', async () => {
  window = await openWindow(packed, { ...SETTINGS, 'hefc.enabled': false });
  const { editor } = window;
  editor.open(path.join(shop.root, 'shop/order.py'), 'python', BEFORE);
  editor.set('hefc.enabled', true);
  for (const [title, make, says] of WRONG) {
    editor.messages.length = 0;
    editor.set('hefc.path', make());
    await until(`a message tells of ${title}`, () => editor.messages.some((text) => says.test(text)));
    assert.is(editor.messages.length, 1);
    assert.is(editor.bar.text, '$(error) hefc');
  }
  assert.equal(server(), []);
  editor.answer.button = 'Open Settings';
  await editor.run('hefc.vscode.restart');
  await until('the settings were opened', () => editor.log.includes('editor: workbench.action.openSettings hefc.path'));
  editor.set('hefc.path', '~/bin/hefc');
  await until('hefc is ready', () => editor.bar.text === READY);
});

test('a server that was killed comes back with the open files; one that keeps ending is given up, with a button', async () => {
  const { editor, document } = await open();
  for (let time = 1; time <= 3; time++) {
    const [pid] = server();
    process.kill(pid!, 'SIGKILL');
    await until('another one runs', () => server().some((one) => one !== pid));
    await until('it is ready', () => editor.bar.text === READY);
    await until('it completes', async () => (await texts(editor.suggest(document, end(document), { invoked: true })))?.[0] === REST);
  }
  process.kill(server()[0]!, 'SIGKILL');
  await until('it is given up', () => editor.bar.text === '$(error) hefc');
  assert.match(editor.messages.at(-1)!, /ended again and again/);
  await editor.run('hefc.vscode.restart');
  await until('it is ready', () => editor.bar.text === READY);
  assert.equal(await texts(editor.suggest(document, end(document))), [REST]);
});

test('the commands report, pause and resume, and the menu offers what makes sense', async () => {
  const { editor, document } = await open();
  await editor.suggest(document, end(document));
  await editor.run('hefc.vscode.status');
  assert.match(editor.reports.at(-1)!, /^repository .*\n[^]*indexed {5}100 %/);
  await editor.run('hefc.vscode.explain');
  assert.match(editor.reports.at(-1)!, /^completion {2}"cel\(item, basket\.owner\)"/);
  await editor.run('hefc.vscode.pause');
  await until('the pause is shown', () => editor.bar.text === '$(debug-pause) hefc');
  assert.match(editor.messages.at(-1)!, /paused/);
  editor.answer.choose = 'resume';
  await editor.run('hefc.vscode.menu');
  assert.ok(editor.choices.at(-1)!.includes('$(debug-continue) Resume indexing'));
  await until('it goes on', () => editor.bar.text === READY);
  await editor.run('hefc.vscode.reindex');
  assert.match(editor.messages.at(-1)!, /nothing|up to date|fused/i);
  await editor.run('hefc.vscode.log');
  assert.ok(editor.log.includes('shown'));
  for (const { command } of packed.manifest.contributes.commands) assert.ok(editor.commands().includes(command), command);
});

test('a repository that is not set up is shown as such, and set up from the menu', async () => {
  const other = place.repository('other');
  other.commit({ 'a.py': 'def one():\n    return 1\n' });
  window = await openWindow(packed, SETTINGS);
  const { editor } = window;
  editor.open(path.join(other.root, 'a.py'), 'python', 'def one():\n    return 1\n');
  await until('the status bar warns', () => editor.bar.text === '$(warning) hefc');
  assert.match(editor.bar.tooltip, /Not indexed/);
  editor.answer.choose = 'init';
  await editor.run('hefc.vscode.menu');
  assert.is(editor.choices[0]![0], '$(rocket) Set this repository up');
  await until('hefc is ready', () => editor.bar.text === READY);
  assert.equal(editor.tasks, ['hefc init']);
});

test('a file in no repository is said to be in none', async () => {
  writeFileSync(path.join(place.folder, 'loose.py'), '');
  window = await openWindow(packed, SETTINGS);
  window.editor.open(path.join(place.folder, 'loose.py'), 'python', 'x = 1\n');
  await until('the status bar says so', () => /Git repository/.test(window!.editor.bar.tooltip)).catch(() => assert.unreachable(window!.editor.bar.tooltip));
});

test.run();
