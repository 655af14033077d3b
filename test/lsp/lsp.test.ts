/** `hefc lsp` and a real daemon: completions from an indexed repository, commands, progress, and every way to go wrong. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CancellationTokenSource, WorkDoneProgress } from 'vscode-languageserver/node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../daemon/ipc/client.js';
import { lockHolder } from '../../daemon/ipc/lock.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { lockPath, stateFolder } from '../../daemon/ipc/paths.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, until, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { endEditors, INLINE, startEditor, startServer, uriOf, type Editor, type EditorOptions } from './editor.js';

const test = suite('lsp');
const PATIENCE = { timeout: 120_000 };
/** Long enough for a busy machine. */
const SETTINGS = { hefc: { timeout: 60_000 } };
const ORDER = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n        `;
const LINE = ORDER.split('\n').length - 1;
const EXPECTED = 'send_parcel(item, basket.owner)';
let place: Surroundings;
let shop: TestRepository;
let order: string;

async function index(repo: TestRepository): Promise<void> {
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  daemon.close();
}

test.before(async () => {
  place = makeSurroundings();
  process.env.HOME = place.folder;
  shop = place.repository('shop');
  shop.commit(SHOP);
  order = path.join(shop.root, 'shop/order.py');
  await index(shop);
});
test.after(async () => {
  endEditors();
  await place.end();
});

const start = (options: EditorOptions = {}): Promise<Editor> => startEditor({ initializationOptions: SETTINGS, ...options });
const pid = (): number => lockHolder(lockPath()) ?? assert.unreachable('no daemon runs') as never;

for (const encoding of ['utf-8', 'utf-16'] as const) {
  test(`the line is completed in place after text outside ASCII, in ${encoding}`, async () => {
    const editor = await start({ capabilities: { ...INLINE, general: { positionEncodings: [encoding] } } });
    assert.ok(editor.initialized.capabilities.inlineCompletionProvider);
    assert.is(editor.initialized.capabilities.completionProvider, undefined);
    editor.open(order, `# naïve 😀\n${ORDER}`);
    // Typed: a line whose cursor stands further right in bytes than in units.
    const left = "print('é😀'); send_parcel(item, ";
    editor.change(order, { range: { start: { line: LINE + 1, character: 8 }, end: { line: LINE + 1, character: 8 } }, text: left });
    const character = 8 + (encoding === 'utf-8' ? Buffer.byteLength(left) : left.length);
    const { items } = (await editor.inline(order, LINE + 1, character))!;
    assert.is(items.length, 1);
    assert.match(String(items[0]!.insertText), /^basket\.owner\)/);
    assert.equal(items[0]!.range?.start, { line: LINE + 1, character });
    assert.equal(editor.messages, []);
    assert.is(await editor.quit(), 0);
  });
}

test('an editor without completion in place gets the line as one item of its menu', async () => {
  const editor = await start({ capabilities: {} });
  assert.ok(editor.initialized.capabilities.completionProvider);
  assert.is(editor.initialized.capabilities.inlineCompletionProvider, undefined);
  editor.open(order, `${ORDER}send_par`);
  const { isIncomplete, items } = await editor.menu(order, LINE, 16);
  assert.ok(isIncomplete);
  assert.equal(items.map(({ label, filterText, textEdit }) => [label, filterText, textEdit]), [
    [EXPECTED, EXPECTED, { range: { start: { line: LINE, character: 8 }, end: { line: LINE, character: 16 } }, newText: EXPECTED }],
  ]);
  assert.is(await editor.quit(), 0);
});

test('an exit without shutdown, and an editor that hangs up, end it with 1; after shutdown hanging up is 0', async () => {
  assert.is(await (await start()).quit(true), 1);
  const { child, ended } = startServer();
  child.stdin!.end();
  assert.is(await ended, 1);
  const editor = await start();
  await editor.connection.sendRequest('shutdown');
  const closed = new Promise((resolve) => editor.child.on('close', resolve));
  editor.child.stdin!.end();
  assert.is(await closed, 0);
});

test('what editors add to the command line is taken', async () => {
  const editor = await startEditor({ args: ['--stdio', `--clientProcessId=${process.pid}`] });
  assert.is(await editor.quit(), 0);
});

test('the commands answer with text to read', async () => {
  const editor = await start({ root: shop.root });
  assert.match(String(await editor.run('hefc.explainLast')), /^Nothing was completed yet/);
  assert.match(String(await editor.run('hefc.status')), new RegExp(`repository  ${shop.root}\\n`));
  editor.open(order, ORDER);
  assert.is((await editor.inline(order, LINE, 8))?.items[0]?.insertText, EXPECTED);
  const explained = String(await editor.run('hefc.explainLast'));
  assert.match(explained, `completion  "${EXPECTED}"`);
  assert.match(explained, /copy candidates:\n/);
  assert.match(String(await editor.run('hefc.pauseIndexing')), /^Indexing is paused/);
  assert.match(String(await editor.run('hefc.status', uriOf(order))), /state       paused/);
  assert.match(String(await editor.run('hefc.resumeIndexing', shop.root)), /^Indexing goes on/);
  const commit = shop.commit({ 'shop/more.py': 'MORE = 1\n' });
  assert.match(String(await editor.run('hefc.reindex')), `${commit.slice(0, 12)} is ready: `);
  assert.equal(editor.messages, []);
  assert.is(await editor.quit(), 0);
});

test('a command that fails, or does not exist, says why in one line', async () => {
  const editor = await start();
  const failure = (command: string, ...args: unknown[]): Promise<string> => editor.run(command, ...args).then(() => 'done', (error: Error) => error.message);
  assert.is(await failure('hefc.status'), 'hefc: no repository is known yet; open one of its files, or name its path');
  assert.match(await failure('hefc.status', place.folder), /^hefc: .* is not in a Git repository/);
  assert.match(await failure('hefc.reindex', '/nonexistent/place'), /^hefc: \/nonexistent\/place does not exist/);
  assert.match(await failure('hefc.nothing'), /there is no command hefc\.nothing; there are hefc\.accepted, /);
  assert.is(await failure('hefc.accepted'), 'done');
  assert.is(await editor.quit(), 0);
});

/** Kinds of the progress reports of one token each, and their percentages. */
function progressOf(editor: Editor): { kinds: string[]; titles: string[] } {
  const seen = { kinds: [] as string[], titles: [] as string[] };
  editor.connection.onRequest('window/workDoneProgress/create', ({ token }: { token: string }) => {
    editor.connection.onProgress(WorkDoneProgress.type, token, (value) => {
      seen.kinds.push(value.kind);
      if (value.kind === 'begin') seen.titles.push(value.title);
    });
    return null;
  });
  return seen;
}

const many = (name: string): Record<string, string> => Object.fromEntries(Array.from({ length: 400 }, (_, k) => [`${name}/f${k}.py`, `def ${name}_${k}(a, b):\n    total = a + ${k}\n    return total * b\n`]));

test('indexing that is under way shows as progress, from its beginning to its end', async () => {
  const repo = place.repository('busy');
  repo.commit(many('busy'));
  const editor = await start({ capabilities: { ...INLINE, window: { workDoneProgress: true } } });
  const seen = progressOf(editor);
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: repo.root }, PATIENCE);
  await until('indexing began', async () => (await daemon.call('status', { repo: repo.root }, PATIENCE)).repo?.state === 'indexing');
  const file = path.join(repo.root, 'busy/f0.py');
  editor.open(file, 'x = 1\n');
  await until('the progress ended', () => seen.kinds.at(-1) === 'end');
  assert.equal(seen.titles, ['hefc: indexing busy']);
  assert.is(seen.kinds[0], 'begin');
  assert.is((await daemon.call('status', { repo: repo.root }, PATIENCE)).repo?.state, 'ready');
  daemon.close();
  assert.is(await editor.quit(), 0);
});

test('an index that was asked for shows as progress, and can be cancelled', async () => {
  const repo = place.repository('asked');
  repo.commit(many('asked'));
  const editor = await start({ root: repo.root, capabilities: { ...INLINE, window: { workDoneProgress: true } } });
  const seen = progressOf(editor);
  const source = new CancellationTokenSource();
  const asked = editor.connection.sendRequest('workspace/executeCommand', { command: 'hefc.reindex' }, source.token).then(() => undefined, (error: { code: number }) => error.code);
  await until('progress was seen', () => seen.kinds.includes('report'));
  source.cancel();
  assert.is(await asked, -32800);
  assert.match(String(await editor.run('hefc.reindex')), / is ready: /);
  await until('both ended', () => seen.kinds.filter((kind) => kind === 'end').length === 2);
  assert.is(await editor.quit(), 0);
});

test('a file outside a repository, and one of a repository that is not indexed, are no errors', async () => {
  const editor = await start();
  const outside = path.join(place.folder, 'loose.py');
  editor.open(outside, ORDER);
  assert.is(await editor.inline(outside, LINE, 8), null);
  const fresh = place.repository('fresh');
  fresh.commit({ 'a.py': 'A = 1\n' });
  const file = path.join(fresh.root, 'new folder/b.py');
  editor.open(file, ORDER);
  await editor.inline(file, LINE, 8);
  await until('both were noted in the log', () => /is not in a Git repository/.test(editor.log.join('\n')) && /fresh is not indexed.*hefc init/.test(editor.log.join('\n')));
  assert.equal(editor.messages, []);
  editor.open(order, ORDER);
  assert.is((await editor.inline(order, LINE, 8))?.items[0]?.insertText, EXPECTED);
  assert.is(await editor.quit(), 0);
});

/** A request of another file, so that the server is connected. */
async function firstElsewhere(editor: Editor): Promise<void> {
  const basket = path.join(shop.root, 'shop/basket.py');
  editor.open(basket, SHOP['shop/basket.py']!);
  await editor.inline(basket, 0, 0);
}

test('a request the daemon does not get to is replaced or cancelled all the same, and the newest is answered', async () => {
  const editor = await start();
  await firstElsewhere(editor);
  editor.open(order, ORDER);
  const source = new CancellationTokenSource();
  const stopped = pid();
  process.kill(stopped, 'SIGSTOP');
  try {
    const oldest = editor.inline(order, LINE, 4);
    const older = editor.inline(order, LINE, 8, source.token).then(() => undefined, (error: { code: number }) => error.code);
    assert.is(await oldest, null);
    source.cancel();
    assert.is(await older, -32800);
  } finally {
    process.kill(stopped, 'SIGCONT');
  }
  assert.is((await editor.inline(order, LINE, 8))?.items[0]?.insertText, EXPECTED);
  assert.is(await editor.quit(), 0);
});

test('a daemon killed under the editor is started again, and no request is lost', async () => {
  const editor = await start();
  await firstElsewhere(editor);
  editor.open(order, ORDER);
  const first = pid();
  process.kill(first, 'SIGSTOP');
  const asked = editor.inline(order, LINE, 8);
  await editor.run('hefc.accepted', 'a round trip, so that the request was sent');
  process.kill(first, 'SIGKILL');
  assert.is((await asked)?.items[0]?.insertText, EXPECTED);
  assert.is.not(pid(), first);
  process.kill(pid(), 'SIGKILL');
  await until('the daemon was gone', () => lockHolder(lockPath()) === undefined);
  editor.change(order, { text: `${ORDER}\n` });
  assert.is((await editor.inline(order, LINE, 8))?.items[0]?.insertText, EXPECTED);
  assert.equal(editor.messages, []);
  assert.is(await editor.quit(), 0);
});

test('where no daemon can be started, completions are empty and one message says why', async () => {
  const home = path.join(place.folder, 'a file');
  writeFileSync(home, '');
  const editor = await start({ environment: { HEFC_HOME: home } });
  editor.open(order, ORDER);
  for (let n = 0; n < 3; n++) assert.is(await editor.inline(order, LINE, 8), null);
  assert.is(editor.messages.length, 1);
  assert.match(editor.messages[0]!, /^hefc: .*HEFC_HOME/);
  const failure = await editor.run('hefc.status').then(() => 'done', (error: Error) => error.message);
  assert.match(failure, /^hefc: .*HEFC_HOME/);
  assert.is(await editor.quit(), 0);
});

test('after an update of hefc the running server says so, and leaves the daemon of the new build alone', async () => {
  const copy = path.join(place.folder, 'installed');
  for (const part of ['client', 'daemon/ipc', 'hooks', '.tsbuildinfo']) cpSync(path.join(packageRoot(), 'dist', part), path.join(copy, 'dist', part), { recursive: true });
  cpSync(path.join(packageRoot(), 'package.json'), path.join(copy, 'package.json'));
  symlinkSync(path.join(packageRoot(), 'node_modules'), path.join(copy, 'node_modules'));
  const daemon = pid();
  const editor = await start({ main: path.join(copy, 'dist/client/hefc.cjs') });
  utimesSync(path.join(copy, 'dist/.tsbuildinfo'), 1000, 1000);
  editor.open(order, ORDER);
  assert.is(await editor.inline(order, LINE, 8), null);
  assert.equal(editor.messages, ['hefc: it was updated while this editor ran; restart the language server, or the editor']);
  assert.is(pid(), daemon);
  assert.is(await editor.quit(), 0);
});

/** One frame, whatever its body is. */
const frame = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

test('messages that are no JSON, or no messages, are answered or passed over, and the next is served', async () => {
  const editor = await start();
  for (const body of ['{', 'not JSON', '', 'null', '7', '"x"', '[]', '[1]', '{}', '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","method":7}', '{"jsonrpc":"2.0","id":null,"method":"shutdown "}', '{"jsonrpc":"2.0","method":"$/cancelRequest"}', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{}}}', '{"jsonrpc":"2.0","id":"nobody","result":1}',
    '{"jsonrpc":"2.0","method":"textDocument/didOpen"}', '{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{}}}', '{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///x"},"contentChanges":7}}', '{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration"}']) {
    editor.child.stdin!.write(frame(body));
  }
  editor.open(order, ORDER);
  assert.is((await editor.inline(order, LINE, 8))?.items[0]?.insertText, EXPECTED);
  assert.match(await editor.connection.sendRequest('no/suchMethod').then(() => 'done', (error: Error) => error.message), /Unhandled method/);
  assert.is(await editor.quit(), 0);
});

test('a stream without frames ends the server with 1 and one line, and nothing on standard output', async () => {
  const { child, stderr, ended } = startServer();
  let stdout = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stdin!.write('hello\r\n\r\n');
  assert.is(await ended, 1);
  assert.match(stderr(), /^hefc: a message of the editor cannot be read: [^\n]*; restart the language server\n$/);
  assert.is(stdout, '');
});

test('acceptance is counted, shown by hefc status, and kept in the state folder alone', async () => {
  const counts = (): { shown: number; accepted: number; partial: number; dismissed: number } => (JSON.parse(execFileSync(process.execPath, [MAIN, 'status', '--json'], { cwd: shop.root, encoding: 'utf8' })) as { editor: ReturnType<typeof counts> }).editor;
  const before = counts();
  const editor = await start();
  const insert = (character: number, text: string): void => editor.change(order, { range: { start: { line: LINE, character }, end: { line: LINE, character } }, text });
  const reopen = (): void => {
    editor.close(order);
    editor.open(order, ORDER);
  };
  const offered = async (): Promise<{ command: string; arguments?: unknown[] }> => (await editor.inline(order, LINE, 8))!.items[0]!.command!;
  reopen();
  const { command, arguments: args = [] } = await offered();
  insert(8, EXPECTED);
  await editor.run(command, ...args);
  reopen();
  await offered();
  insert(8, 'send_parcel');
  reopen();
  await offered();
  insert(8, 'x');
  assert.is(await editor.quit(), 0);
  const after = counts();
  assert.equal(Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name as keyof typeof before]])), { shown: 3, accepted: 1, partial: 1, dismissed: 1 });
  assert.equal(JSON.parse(readFileSync(path.join(stateFolder(), 'editor.json'), 'utf8')), after);
  const shown = execFileSync(process.execPath, [MAIN, 'status'], { cwd: shop.root, encoding: 'utf8' });
  assert.match(shown, `editor      ${after.shown} shown: ${after.accepted} accepted, ${after.partial} in part, ${after.dismissed} dismissed\n`);
});

test.run();
