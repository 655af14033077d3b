/** Text and cursor as the daemon gets them: after any edits, in both encodings, with every kind of line end. */
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../daemon/surroundings.js';
import { seededRandom } from '../eval/random.js';
import { endEditors, startEditor, type Editor } from './editor.js';
import { listen, type Listener } from './listener.js';

const test = suite('lsp: sync');
let listener: Listener;
test.before(async () => {
  listener = await listen();
});
test.after(async () => {
  endEditors();
  await listener.end();
});
test.before.each(() => {
  listener.calls.length = 0;
  listener.answer = () => ({});
});

const FILE = '/nowhere/a.py';
type Encoding = 'utf-8' | 'utf-16';

function edit(encoding: Encoding, options: { inline?: boolean; initializationOptions?: unknown } = {}): Promise<Editor> {
  const capabilities = { general: { positionEncodings: [encoding] }, textDocument: options.inline === false ? {} : { inlineCompletion: {} } };
  return startEditor({ capabilities, environment: listener.environment, initializationOptions: options.initializationOptions });
}

const width = (text: string, encoding: Encoding): number => (encoding === 'utf-8' ? Buffer.byteLength(text) : text.length);

/** Where an offset lies, by a reading of the protocol of the test's own. */
function positionOf(text: string, offset: number, encoding: Encoding): { line: number; character: number } {
  const ends = [...text.slice(0, offset).matchAll(/\r\n|\n|\r/g)];
  const last = ends.at(-1);
  return { line: ends.length, character: width(text.slice(last === undefined ? 0 : last.index + last[0].length, offset), encoding) };
}

/** Offsets an editor may name: not inside a character or a \r\n. */
function offsetsOf(text: string): number[] {
  const inside = (at: number): boolean => /[\ud800-\udbff]/.test(text[at - 1] ?? '') || (text[at - 1] === '\r' && text[at] === '\n');
  return Array.from({ length: text.length + 1 }, (_, at) => at).filter((at) => !inside(at));
}

for (const encoding of ['utf-8', 'utf-16'] as const) {
  test(`after 300 edits the text is the editor's, in ${encoding}`, async () => {
    const editor = await edit(encoding);
    assert.is(editor.initialized.capabilities.positionEncoding, encoding);
    const random = seededRandom(1);
    const below = (n: number): number => Math.floor(random() * n);
    const pieces = ['', 'a', 'é', '😀', 'x = 1', '\n', '\r\n', '\r', 'läuft\n', '日本', '\n\n', 'def f():\r\n    '];
    let text = 'å = "😀"\r\nb\rc\n';
    editor.open(FILE, text);
    for (let round = 0; round < 100; round++) {
      const changes = Array.from({ length: 3 }, () => {
        const offsets = offsetsOf(text);
        const from = offsets[below(offsets.length)]!;
        const to = below(3) > 0 ? from : offsets.find((at) => at >= Math.min(text.length, from + below(5)))!;
        const change = { range: { start: positionOf(text, from, encoding), end: positionOf(text, to, encoding) }, text: pieces[below(pieces.length)]! };
        text = text.slice(0, from) + change.text + text.slice(to);
        return change;
      });
      editor.change(FILE, ...changes);
      if (round === 50) editor.change(FILE, { text: (text = `🎈${text.slice(0, 40)}`) });
    }
    await editor.inline(FILE, 0, 0);
    assert.is(listener.completions().at(-1)?.text, text);
    assert.is(await editor.quit(), 0);
  });

  test(`the cursor is the daemon's, in ${encoding}: characters outside ASCII, all line ends, the last line`, async () => {
    const editor = await edit(encoding);
    const text = 'é = "😀" + x\r\nlone\rstays in its line\n日本 = 2\n';
    editor.open(FILE, text);
    for (const [offset, line, column] of [[0, 1, 0], [1, 1, 1], [7, 1, 7], [8, 1, 8], [12, 1, 12], [14, 2, 0], [19, 2, 5], [23, 2, 9], [text.indexOf('本'), 3, 1], [text.length, 4, 0]] as const) {
      const { line: at, character } = positionOf(text, offset, encoding);
      await editor.inline(FILE, at, character);
      const { line: sentLine, column: sentColumn } = listener.completions().at(-1)!;
      assert.equal([sentLine, sentColumn], [line, column], `offset ${offset}`);
    }
    assert.is(await editor.quit(), 0);
  });

  test(`ranges of what is offered are the editor's, in ${encoding}`, async () => {
    listener.answer = () => ({ text: 'ßer = 1', lane: 'copy' });
    const left = 'ü = "😀"; grö';
    const cursor = width(left, encoding);
    const editor = await edit(encoding);
    editor.open(FILE, `\n${left}`);
    const [inline] = (await editor.inline(FILE, 1, cursor))!.items;
    assert.is(inline!.insertText, 'ßer = 1');
    assert.equal(inline!.range, { start: { line: 1, character: cursor }, end: { line: 1, character: cursor } });
    assert.is(await editor.quit(), 0);
    const other = await edit(encoding, { inline: false });
    other.open(FILE, `\n${left}`);
    const { isIncomplete, items: [item, ...more] } = await other.menu(FILE, 1, cursor);
    assert.equal([isIncomplete, more], [true, []]);
    assert.equal([item!.label, item!.filterText, item!.detail], ['größer = 1', 'größer = 1', 'hefc, copied']);
    const range = { start: { line: 1, character: width('ü = "😀"; ', encoding) }, end: { line: 1, character: cursor } };
    assert.equal(item!.textEdit, { range, newText: 'größer = 1' });
    assert.is(await other.quit(), 0);
  });
}

test('an editor that names no encoding, or none known here, gets UTF-16', async () => {
  for (const capabilities of [{}, { general: { positionEncodings: ['utf-32'] } }]) {
    const editor = await startEditor({ capabilities, environment: listener.environment });
    assert.is(editor.initialized.capabilities.positionEncoding, 'utf-16');
    await editor.quit();
  }
});

test('a cursor past the end of its line is at the end; a line past the end has no completion; inside a character is before it', async () => {
  const editor = await edit('utf-8');
  editor.open(FILE, 'ab😀\ncd');
  await editor.inline(FILE, 0, 100);
  await editor.inline(FILE, 0, 4);
  assert.equal(listener.completions().map(({ line, column }) => [line, column]), [[1, 4], [1, 2]]);
  assert.is(await editor.inline(FILE, 7, 0), null);
  await editor.quit();
});

const BAD = [undefined, null, 'here', {}, { line: 0 }, { line: '0', character: '0' }, { line: -1, character: 0 }, { line: 0.5, character: 0 }, { line: 1e300, character: 0 }];
test('a malformed position is answered with an error that says so, and the next request is served', async () => {
  const editor = await edit('utf-16');
  editor.open(FILE, 'a = ');
  for (const position of BAD) {
    const error = await editor.connection.sendRequest('textDocument/inlineCompletion', { textDocument: { uri: `file://${FILE}` }, position }).then(() => undefined, (thrown: Error) => thrown);
    assert.match(error?.message ?? 'no error', /a position has a line and a character/);
  }
  for (const params of [{}, { textDocument: {} }, { textDocument: { uri: 'file:///nowhere/unopened.py' }, position: { line: 0, character: 0 } }]) {
    const error = await editor.connection.sendRequest('textDocument/inlineCompletion', params).then(() => undefined, (thrown: Error) => thrown);
    assert.match(error?.message ?? 'no error', /is not open/);
  }
  assert.is((await editor.inline(FILE, 0, 4))?.items.length, 1);
  await editor.quit();
});

test('after a malformed change nothing is completed, and that is said, until the whole text comes again', async () => {
  const editor = await edit('utf-16');
  editor.open(FILE, 'a = ');
  editor.change(FILE, { range: { start: { line: 0, character: 'x' as never }, end: { line: 0, character: 4 } }, text: 'b' });
  assert.is(await editor.inline(FILE, 0, 4), null);
  assert.match(editor.messages.join('\n'), /a\.py was changed in a way that cannot be followed/);
  editor.change(FILE, { text: 'b = ' });
  assert.is((await editor.inline(FILE, 0, 4))?.items.length, 1);
  await editor.quit();
});

test('a document of 100 MB is refused in one message, and others are completed as before', async () => {
  const editor = await edit('utf-16');
  editor.open('/nowhere/huge.py', 'x = 1\n'.repeat(100e6 / 6));
  editor.open(FILE, 'a = ');
  for (let n = 0; n < 3; n++) {
    editor.change('/nowhere/huge.py', { range: { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } }, text: 'y' });
    assert.is(await editor.inline('/nowhere/huge.py', 3, 1), null);
  }
  assert.equal(editor.messages.length, 1);
  assert.match(editor.messages[0]!, /huge\.py is larger than 8 MiB, so it is not completed/);
  assert.is((await editor.inline(FILE, 0, 4))?.items.length, 1);
  assert.is(await editor.quit(), 0);
});

test('cancelling a request reaches the daemon, and the request is answered as cancelled', async () => {
  listener.answer = () => undefined;
  const editor = await edit('utf-16');
  editor.open(FILE, 'a = ');
  const source = new CancellationTokenSource();
  const asked = editor.inline(FILE, 0, 4, source.token).then(() => undefined, (error: { code: number }) => error.code);
  await until('the request came', () => listener.completions().length === 1);
  const { id } = listener.calls.find(({ method }) => method === 'complete')!;
  source.cancel();
  assert.is(await asked, -32800);
  await until('the cancellation came', () => listener.calls.some(({ method, params }) => method === 'cancel' && (params as unknown as { id: number }).id === id));
  await editor.quit();
});

test('a newer request for a document replaces the older; one for another document does not', async () => {
  listener.answer = ({ column }) => (column === 3 ? undefined : {});
  const editor = await edit('utf-16');
  editor.open(FILE, 'a = ');
  editor.open('/nowhere/b.py', 'b = ');
  const older = editor.inline(FILE, 0, 3);
  await until('the request came', () => listener.completions().length === 1);
  assert.is((await editor.inline('/nowhere/b.py', 0, 4))?.items.length, 1);
  assert.not.ok(listener.calls.some(({ method }) => method === 'cancel'));
  assert.is((await editor.inline(FILE, 0, 4))?.items.length, 1);
  assert.is(await older, null);
  const sessions = listener.completions().map(({ session }) => session);
  assert.is(sessions[0], sessions[2]);
  assert.is.not(sessions[0], sessions[1]);
  await editor.quit();
});

test('what stands right of the cursor already is not offered again', async () => {
  listener.answer = () => ({ text: 'a, b)' });
  const editor = await edit('utf-16');
  editor.open(FILE, 'call()\n');
  assert.is((await editor.inline(FILE, 0, 5))?.items[0]?.insertText, 'a, b');
  listener.answer = () => ({ text: ')' });
  editor.open('/nowhere/b.py', 'call()\n');
  assert.is(await editor.inline('/nowhere/b.py', 0, 5), null);
  await editor.quit();
});

test('documents that are no files here have no completion', async () => {
  const editor = await edit('utf-16');
  for (const uri of ['untitled:Untitled-1', 'file://elsewhere/a.py', 'file:///bad%E0%A4%A.py', 'not a uri', '']) {
    await editor.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'python', version: 1, text: 'a = ' } });
    assert.is(await editor.connection.sendRequest('textDocument/inlineCompletion', { textDocument: { uri }, position: { line: 0, character: 4 } }), null, uri);
  }
  assert.equal([editor.messages, listener.completions()], [[], []]);
  await editor.quit();
});

test('why there is nothing goes into the log once, unless there is simply nothing to add', async () => {
  const editor = await edit('utf-16');
  editor.open(FILE, 'a = ');
  for (const [column, reason] of (['no-suggestion', 'cancelled', 'file-refused', 'file-refused', 'deadline'] as const).entries()) {
    listener.answer = () => ({ text: '', lane: 'none', reason });
    assert.is(await editor.inline(FILE, 0, column), null);
  }
  assert.equal(editor.messages, []);
  assert.is(editor.log.length, 2);
  assert.match(editor.log[0]!, /a\.py: files of this kind .* are never completed/);
  assert.match(editor.log[1]!, /a\.py: the time ran out .* hefc\.timeout/);
  await editor.quit();
});

/** Sends one completion and says what came of it. */
async function sent(editor: Editor): Promise<(string | number | undefined)[] | null> {
  editor.open(FILE, 'a = ');
  const before = listener.completions().length;
  await editor.inline(FILE, 0, 4);
  const found = listener.completions().slice(before)[0];
  return found === undefined ? null : [found.timeout, found.context];
}
const configure = (editor: Editor, settings: unknown): Promise<void> => editor.connection.sendNotification('workspace/didChangeConfiguration', { settings });

test('settings: defaults, then .hefc.json of the home, then the editor', async () => {
  const editor = await edit('utf-16');
  assert.equal(await sent(editor), [1000, 'hef']);
  writeFileSync(path.join(listener.home, '.hefc.json'), '{"timeout": 700, "context": "snippet"}');
  await configure(editor, {});
  assert.equal(await sent(editor), [700, 'snippet']);
  await configure(editor, { hefc: { context: 'none' }, other: { timeout: 1 } });
  assert.equal(await sent(editor), [700, 'none']);
  await configure(editor, { hefc: { enabled: false } });
  assert.is(await sent(editor), null);
  await configure(editor, { hefc: null });
  assert.equal(await sent(editor), [700, 'snippet']);
  assert.equal(editor.messages, []);
  writeFileSync(path.join(listener.home, '.hefc.json'), '{}');
  await editor.quit();
});

test('settings may come with initialize, and are asked for where the editor wants that', async () => {
  const editor = await edit('utf-16', { initializationOptions: { hefc: { timeout: 321 } } });
  assert.equal(await sent(editor), [321, 'hef']);
  await editor.quit();
  const asked = await startEditor({ capabilities: { textDocument: { inlineCompletion: {} }, workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } } }, environment: listener.environment });
  const registered: unknown[] = [];
  asked.connection.onRequest('client/registerCapability', (params: { registrations: { method: string }[] }) => void registered.push(...params.registrations.map(({ method }) => method)));
  let hefc: unknown = { timeout: 654 };
  asked.connection.onRequest('workspace/configuration', () => [hefc]);
  await configure(asked, null);
  await until('the setting was asked for', async () => (await sent(asked))?.[0] === 654);
  hefc = { timeout: 655 };
  await configure(asked, {});
  await until('the setting was asked for again', async () => (await sent(asked))?.[0] === 655);
  assert.equal(registered, ['workspace/didChangeConfiguration']);
  await asked.quit();
});

const WRONG: [unknown, RegExp][] = [
  [{ hefc: 7 }, /hefc must be an object, such as/],
  [{ hefc: [] }, /hefc must be an object/],
  [{ hefc: { enabled: 'no' } }, /hefc\.enabled must be true or false, not "no"/],
  [{ hefc: { timeout: '500' } }, /hefc\.timeout must be a whole number of milliseconds from 1 to 120000, not "500"/],
  [{ hefc: { timeout: 0 } }, /hefc\.timeout/],
  [{ hefc: { timeout: 1e9 } }, /hefc\.timeout/],
  [{ hefc: { context: 'all' } }, /hefc\.context must be one of hef, snippet, none, not "all"/],
];
test('a wrong setting is named in a warning once, and the others hold', async () => {
  for (const [settings, message] of WRONG) {
    const editor = await edit('utf-16');
    await configure(editor, settings);
    await configure(editor, settings);
    assert.equal(await sent(editor), [1000, 'hef']);
    assert.is(editor.messages.length, 1, JSON.stringify(settings));
    assert.match(editor.messages[0]!, message);
    await configure(editor, { hefc: { timeout: 200 } });
    assert.equal(await sent(editor), [200, 'hef']);
    await editor.quit();
  }
});

test('a wrong .hefc.json is named in a warning', async () => {
  const file = path.join(listener.home, '.hefc.json');
  for (const [text, message] of [['{', /\.hefc\.json is not JSON/], ['[1]', /\.hefc\.json must be an object/], ['{"context": 3}', /\.hefc\.json\.context must be one of/]] as const) {
    writeFileSync(file, text);
    const editor = await edit('utf-16');
    assert.equal(await sent(editor), [1000, 'hef']);
    assert.is(editor.messages.length, 1);
    assert.match(editor.messages[0]!, message);
    await editor.quit();
  }
  writeFileSync(file, '{}');
});

test('a .hefc.json in the repository or the working directory is never read', async () => {
  const editor = await startEditor({ root: listener.home, environment: { ...listener.environment, HOME: '/nonexistent' } });
  writeFileSync(path.join(listener.home, '.hefc.json'), '{"timeout": 77}');
  await configure(editor, {});
  assert.equal(await sent(editor), [1000, 'hef']);
  writeFileSync(path.join(listener.home, '.hefc.json'), '{}');
  await editor.quit();
});

test.run();
