/** What the server does between the keys: what it keeps, makes ahead, and tells the daemon of other files. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CompleteParams } from '../../daemon/ipc/protocol.js';
import { until } from '../daemon/surroundings.js';
import { endEditors, INLINE, startEditor, uriOf, type Editor } from './editor.js';
import { listen, type Listener } from './listener.js';

const test = suite('lsp: typing');
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
const edit = (options: { capabilities?: object; settings?: object } = {}): Promise<Editor> =>
  startEditor({ capabilities: options.capabilities ?? INLINE, environment: listener.environment, initializationOptions: { hefc: options.settings ?? {} } });
const shown = async (editor: Editor, line: number, character: number, file = FILE): Promise<unknown> => (await editor.inline(file, line, character))?.items[0]?.insertText;
const type = (editor: Editor, line: number, character: number, text: string, length = 0): void => editor.change(FILE, { range: { start: { line, character }, end: { line, character: character + length } }, text });
/** Files and texts told, call by call. */
const told = (): unknown[] => listener.calls.filter(({ method }) => method === 'buffers').map(({ params }) => (params as unknown as { files: { file: string; text: string | null }[] }).files.map(({ file, text }) => [file, text]));

test('typing what is shown keeps the rest, taking keys back brings it again, and the daemon is asked once', async () => {
  listener.answer = () => ({ text: 'total + 1', confidence: 0.4 });
  const editor = await edit();
  editor.open(FILE, 'x = \n');
  assert.is(await shown(editor, 0, 4), 'total + 1');
  for (const [k, key] of [...'tot'].entries()) {
    type(editor, 0, 4 + k, key);
    assert.is(await shown(editor, 0, 5 + k), 'total + 1'.slice(k + 1));
  }
  type(editor, 0, 5, '', 2);
  assert.is(await shown(editor, 0, 5), 'otal + 1');
  assert.is(listener.completions().length, 1);
  type(editor, 0, 5, 'q');
  assert.is(await shown(editor, 0, 6), 'total + 1');
  assert.is(listener.completions().length, 2);
  assert.is(await editor.quit(), 0);
});

test('the line below one that will be taken is made ahead; below others, and once typing goes on, it is not', async () => {
  const editor = await edit();
  const answers: Record<string, { text: string; confidence: number }> = { 'if x:\n    ': { text: 'y = 1', confidence: 0.9 }, 'if x:\n    y = 1\n    ': { text: 'z = 2', confidence: 0.3 } };
  listener.answer = ({ text }: CompleteParams) => answers[text!] ?? { text: '', confidence: 0, reason: 'no-suggestion' };
  editor.open(FILE, 'if x:\n    ');
  assert.is(await shown(editor, 1, 4), 'y = 1');
  await until('the line below was asked for', () => listener.completions().length === 2);
  assert.equal(listener.completions()[1], { ...listener.completions()[0], text: 'if x:\n    y = 1\n    ', line: 3, column: 4 });
  type(editor, 1, 4, 'y = 1\n    ');
  assert.is(await shown(editor, 2, 4), 'z = 2');
  assert.is(listener.completions().length, 2, 'it was there');
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.is(listener.completions().length, 2, 'nothing below a doubtful one');
  assert.is(await editor.quit(), 0);
});

test('a key begins the completion that the editor asks for in a moment, and another key stops it', async () => {
  const editor = await edit();
  editor.open(FILE, 'x\n');
  type(editor, 0, 0, 'a');
  await editor.run('hefc.requests');
  assert.equal(listener.completions(), [], 'the editor may show nothing');
  type(editor, 0, 0, '', 1);
  assert.is(await shown(editor, 0, 1), 'x');
  listener.calls.length = 0;
  listener.answer = () => undefined;
  type(editor, 0, 1, ' ');
  await until('the daemon was asked', () => listener.completions().length === 1);
  type(editor, 0, 2, '=');
  await until('it was asked for the next key', () => listener.completions().length === 2);
  assert.ok(listener.calls.some(({ method }) => method === 'cancel'), 'the older was cancelled');
  listener.answer = () => ({ text: '', reason: 'unsure', confidence: 0 });
  type(editor, 0, 3, ' ');
  await until('it was asked for the third key', () => listener.completions().length === 3);
  assert.equal(listener.completions().map(({ text, column }) => [text, column]), [['x \n', 2], ['x =\n', 3], ['x = \n', 4]]);
  assert.is(await editor.inline(FILE, 0, 4), null);
  assert.is(listener.completions().length, 3, 'what a key began is not asked for again, even when there is nothing');
  assert.equal(await editor.run('hefc.requests'), { requests: 2, kept: 0, ahead: 3 });
  type(editor, 0, 0, 'pasted '.repeat(20));
  editor.change(FILE, { text: 'x = \n' });
  await editor.run('hefc.requests');
  assert.is(listener.completions().length, 3, 'a paste, and a text replaced as a whole, are no keys');
  assert.is(await editor.quit(), 0);
});

test('for an editor that shows a menu no key begins anything', async () => {
  const editor = await edit({ capabilities: {} });
  editor.open(FILE, 'x\n');
  type(editor, 0, 1, ' ');
  await editor.run('hefc.requests');
  assert.equal(listener.completions(), []);
  assert.is(await editor.quit(), 0);
});

test('the daemon is asked for what the settings say: confidence, and several lines in place alone', async () => {
  for (const [capabilities, settings, confidence, lines] of [[INLINE, {}, 0.2, 'block'], [INLINE, { confidence: 0, multiline: false }, 0, 'one'], [{}, { confidence: 1 }, 1, 'one']] as const) {
    listener.calls.length = 0;
    const editor = await edit({ capabilities, settings });
    editor.open(FILE, 'x = ');
    await (capabilities === INLINE ? editor.inline(FILE, 0, 4) : editor.menu(FILE, 0, 4));
    const [asked] = listener.completions();
    assert.equal([asked!.minConfidence, asked!.lines], [confidence, lines]);
    assert.equal(editor.messages, []);
    assert.is(await editor.quit(), 0);
  }
  const editor = await edit({ settings: { confidence: 20, multiline: 'yes' } });
  await until('two warnings came', () => editor.messages.length === 2);
  assert.match(editor.messages.join(), /hefc\.confidence must be a number from 0 to 1, not 20.*hefc\.multiline must be true or false/);
  assert.is(await editor.quit(), 0);
});

test('beside an open menu the line goes on from the selected item, and replaces what that would', async () => {
  for (const positionEncoding of ['utf-16', 'utf-8'] as const) {
    listener.calls.length = 0;
    listener.answer = () => ({ text: '(rows)', confidence: 0.4 });
    const editor = await edit({ capabilities: { ...INLINE, general: { positionEncodings: [positionEncoding] } } });
    const before = "é = '😀'; x.app";
    editor.open(FILE, `${before}\n`);
    const at = (text: string): number => (positionEncoding === 'utf-8' ? Buffer.byteLength(text) : text.length);
    const request = (range: { start: unknown; end: unknown }, text: unknown = 'append'): Promise<{ items: { insertText: string; range: object }[] } | null> =>
      editor.connection.sendRequest('textDocument/inlineCompletion', {
        textDocument: { uri: uriOf(FILE) }, position: { line: 0, character: at(before) }, context: { triggerKind: 2, selectedCompletionInfo: { range, text } },
      });
    const range = { start: { line: 0, character: at("é = '😀'; x.") }, end: { line: 0, character: at(before) } };
    const { items } = (await request(range))!;
    assert.equal([items[0]!.insertText, items[0]!.range], ['append(rows)', range]);
    assert.equal(listener.completions().map(({ text, column }) => [text, column]), [["é = '😀'; x.append\n", "é = '😀'; x.append".length]]);
    for (const wrong of [{ start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }, { start: 'x', end: {} }]) {
      assert.equal((await request(wrong as typeof range))!.items[0]!.insertText, '(rows)');
    }
    assert.equal((await request(range, 7))!.items[0]!.insertText, '(rows)');
    assert.is(await editor.quit(), 0);
  }
});

test('other open files are told once for each version, before the completion, and closed ones as closed', async () => {
  listener.answer = () => ({ text: '', reason: 'unsure', confidence: 0 });
  const editor = await edit();
  editor.open(FILE, 'x = ');
  editor.open('/nowhere/b.py', 'b = 1\n');
  editor.open('/nowhere/c.py', 'c = 1\n');
  await shown(editor, 0, 4);
  assert.equal(told(), [[['/nowhere/b.py', 'b = 1\n'], ['/nowhere/c.py', 'c = 1\n']]]);
  assert.equal(listener.calls.filter(({ method }) => ['buffers', 'complete'].includes(method)).map(({ method }) => method), ['buffers', 'complete']);
  await shown(editor, 0, 3);
  assert.is(told().length, 1);
  editor.change('/nowhere/b.py', { text: 'b = 2\n' });
  editor.close('/nowhere/c.py');
  await shown(editor, 0, 2);
  assert.equal(told()[1], [['/nowhere/c.py', null], ['/nowhere/b.py', 'b = 2\n']]);
  await shown(editor, 0, 2, '/nowhere/b.py');
  assert.equal(told()[2], [[FILE, 'x = ']]);
  assert.equal(editor.log, [], 'doubt is nothing to log');
  assert.is(await editor.quit(), 0);
});

test('a daemon that is new is told everything again', async () => {
  const editor = await edit();
  editor.open(FILE, 'x = ');
  editor.open('/nowhere/b.py', 'b = 1\n');
  await shown(editor, 0, 4);
  await listener.end();
  listener = await listen(listener.home);
  await shown(editor, 0, 3);
  await shown(editor, 0, 2);
  assert.equal(told().at(-1), [['/nowhere/b.py', 'b = 1\n']]);
  assert.is(await editor.quit(), 0);
});

test.run();
