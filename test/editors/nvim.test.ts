/** The plugin of client/editors/nvim in the real Neovim, installed as docs/editors.md says, typed into through a terminal. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../daemon/surroundings.js';
import { listen } from '../lsp/listener.js';
import { hasTerminal, here, startTerminal, works, type Terminal } from './terminal.js';
import { BLOCK, documented, EXPECTED, makeWorkplace, ORDER, type Workplace } from './workplace.js';

const nvim = process.env.HEFC_TEST_NVIM ?? 'nvim';
const there = hasTerminal && works(nvim, '--version');
const suiteOf = suite('editors: Neovim');
const test = there ? suiteOf : suiteOf.skip;
const ESC = '\x1b';
const TAB = '\t';
const WORD = '\x17';
const LINE = '\x0c';
const DISMISS = '\x18';
const TRIGGER = '\x14';
let place: Workplace;
let editors: Terminal[] = [];

suiteOf.before(async () => {
  if (!there) return;
  place = await makeWorkplace();
  place.install('Neovim, with the plugin');
});
suiteOf.after.each(async () => {
  for (const editor of editors) await editor.end();
  editors = [];
});
suiteOf.after(() => place?.end());

/** `setup`: options; keys for all that has none by default are added. */
async function start(file: string, { setup = '', before = '', after = '', environment = {} }: { setup?: string; before?: string; after?: string; environment?: NodeJS.ProcessEnv } = {}): Promise<Terminal> {
  const config = path.join(place.folder, '.config', 'nvim');
  mkdirSync(config, { recursive: true });
  writeFileSync(path.join(config, 'init.lua'), `
    ${before}
    vim.cmd('filetype indent off')
    vim.g.loaded_python3_provider = 0 -- Looking for one takes seconds.
    vim.o.autoindent = false
    vim.o.swapfile, vim.o.shada = false, ''
    ${after}
    require('hefc').setup({ keys = { accept_word = '<C-w>', accept_line = '<C-l>', dismiss = '<C-x>', trigger = '<C-t>' }, ${setup} })
    vim.cmd('autocmd VimEnter * luafile ${here('probe.lua')}')`);
  const editor = await startTerminal([nvim, file], { cwd: place.shop.root, environment: { ...place.environment, ...environment }, socket: path.join(place.folder, 'socket') });
  editors.push(editor);
  return editor;
}

const line = (editor: Terminal): Promise<string> => editor.evaluate("getline('.')");
const messages = (editor: Terminal): Promise<string> => editor.evaluate("execute('messages')");
const mode = (editor: Terminal): Promise<string> => editor.evaluate('mode()');
/** Texts of the marks that stand, as the editor has them. */
const ghost = (editor: Terminal): Promise<string> => editor.evaluate('v:lua.hefc_test_ghost()');
const ghostIs = (editor: Terminal, text: string): Promise<void> => until(`the ghost text ${JSON.stringify(text)}`, async () => (await ghost(editor)) === text);
const status = (editor: Terminal): Promise<string> => editor.evaluate("v:lua.require'hefc'.statusline()");
const ready = (editor: Terminal): Promise<void> => until('the server was ready', async () => (await status(editor)) === 'hefc');

/** A line is opened below the last and begun; the ghost text stands. */
async function begun(editor: Terminal, typed = '        ', expected = EXPECTED): Promise<void> {
  await ready(editor);
  editor.type(`Go${typed}`);
  await ghostIs(editor, expected);
}

async function leave(editor: Terminal): Promise<void> {
  editor.type(ESC);
  await until('normal mode', async () => (await mode(editor)) === 'n');
}

test('what is typed brings ghost text on the screen, and Tab takes it; one undo takes the line back, and the dot command repeats it', async () => {
  const editor = await start(place.file('shop/order.py'));
  const before = place.counts();
  await begun(editor);
  assert.ok((await editor.screen()).includes(`        ${EXPECTED}\n`), await editor.screen());
  assert.is(await line(editor), '        ');
  editor.type(TAB);
  await until('the line was taken', async () => (await line(editor)) === `        ${EXPECTED}`);
  assert.is(await ghost(editor), '');
  await leave(editor);
  editor.type('.');
  await until('the dot command', async () => (await editor.evaluate("line('$')")) === ORDER.split('\n').length + 1);
  assert.equal(await editor.evaluate("getline(line('$') - 1, '$')"), [`        ${EXPECTED}`, `        ${EXPECTED}`]);
  editor.type('uu');
  await until('both were undone', async () => (await editor.evaluate("getline(1, '$')") as string[]).join('\n') === ORDER.trimEnd());
  await editor.end();
  const after = place.counts();
  assert.is(after.accepted! - before.accepted!, 1);
});

test('typing along keeps the rest without a request; deleting takes it away at once', async () => {
  const editor = await start(place.file('shop/order.py'), { setup: 'debounce = 300' });
  await begun(editor);
  const asked = place.requests();
  for (const [n, letter] of [...'send_p'].entries()) {
    editor.type(letter);
    await ghostIs(editor, EXPECTED.slice(n + 1));
  }
  // Longer than the pause after which a request would have gone out.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.is(place.requests(), asked);
  assert.is(await line(editor), '        send_p');
  editor.type('\x7f');
  await until('the letter was deleted', async () => (await line(editor)) === '        send_');
  assert.is(await ghost(editor), '');
  await ghostIs(editor, EXPECTED.slice(5));
  assert.is(place.requests(), asked + 1);
  editor.type('x');
  await until('another letter', async () => (await line(editor)) === '        send_x');
  assert.is(await ghost(editor), '');
});

test('a word, a line and all are taken, and counted as what they are', async () => {
  // Asked for each time, so that no other suggestion comes between.
  const editor = await start(place.file('shop/order.py'), { setup: 'auto = false' });
  const before = place.counts();
  await begun(editor, `        ${TRIGGER}`);
  for (const taken of ['send_parcel', 'send_parcel(', 'send_parcel(item']) {
    editor.type(WORD);
    await until(taken, async () => (await line(editor)) === `        ${taken}`);
    assert.is(await ghost(editor), EXPECTED.slice(taken.length));
  }
  await leave(editor);
  editor.type(`S${' '.repeat(8)}${TRIGGER}`);
  await ghostIs(editor, EXPECTED);
  editor.type(LINE);
  await until('the line was taken', async () => (await line(editor)) === `        ${EXPECTED}`);
  await leave(editor);
  editor.type(`S${' '.repeat(8)}${TRIGGER}`);
  await ghostIs(editor, EXPECTED);
  editor.type('x');
  await leave(editor);
  await editor.end();
  const after = place.counts();
  assert.equal(['accepted', 'partial', 'dismissed'].map((name) => after[name]! - before[name]!), [1, 1, 1]);
});

test('what was dismissed, left by the cursor or by Insert mode is gone', async () => {
  const editor = await start(place.file('shop/order.py'));
  await begun(editor);
  editor.type(DISMISS);
  await ghostIs(editor, '');
  assert.is(await line(editor), '        ');
  editor.type(TRIGGER);
  await ghostIs(editor, EXPECTED);
  editor.type('\x1b[D');
  await ghostIs(editor, '');
  editor.type('\x1b[C');
  await until('the cursor came back', async () => (await editor.evaluate("col('.')")) === 9);
  assert.is(await ghost(editor), '');
  editor.type(TRIGGER);
  await ghostIs(editor, EXPECTED);
  await leave(editor);
  assert.is(await ghost(editor), '');
});

test('an answer that comes after the cursor or the text went on is not shown', async () => {
  const editor = await start(place.file('shop/order.py'), { setup: 'debounce = 0' });
  await begun(editor);
  const asked = place.requests();
  editor.type('x');
  await until('a request went out', () => place.requests() > asked);
  editor.type(`\x1b[A`);
  await until('the cursor went up', async () => (await editor.evaluate("line('.')")) === ORDER.split('\n').length - 1);
  await until('the answer came', async () => !(await editor.evaluate<boolean>("v:lua.require'hefc.typing'.asking()")));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(await ghost(editor), '');
});

test('the key is what it was where no ghost text stands: itself, or what was mapped, in the buffer or everywhere', async () => {
  const editor = await start(place.file('shop/order.py'), { setup: 'auto = false', before: "vim.o.expandtab = false; vim.cmd('filetype plugin off'); vim.keymap.set('i', '<C-l>', 'global'); vim.cmd([[autocmd BufEnter *.py inoremap <buffer> <expr> <C-w> 'own' .. 1]])" });
  await ready(editor);
  editor.type(`Go${TAB}${LINE}${WORD}`);
  await until('the keys were typed', async () => (await line(editor)) === '\tglobalown1');
  await leave(editor);
  editor.type(`S${' '.repeat(8)}${TRIGGER}`);
  await ghostIs(editor, EXPECTED);
  editor.type(WORD);
  await until('a word was taken', async () => (await line(editor)) === '        send_parcel');
  editor.type(DISMISS);
  await ghostIs(editor, '');
  editor.type(`${LINE}${WORD}`);
  await until('the keys were typed again', async () => (await line(editor)) === '        send_parcelglobalown1');
});

test('several lines are shown, typed along and written as they are, whatever the buffer indents by itself', async () => {
  const daemon = await listen();
  daemon.answer = () => ({ text: BLOCK });
  const editor = await start(place.file('shop/order.py'), { setup: 'debounce = 300', after: "vim.cmd('filetype plugin indent on'); vim.o.autoindent, vim.o.textwidth = true, 20", environment: { HEFC_HOME: daemon.home } });
  try {
    await ready(editor);
    const shown = BLOCK.replace('\t', ' '.repeat(await editor.evaluate<number>('&tabstop')));
    editor.type('GA\r');
    await ghostIs(editor, shown);
    assert.ok((await editor.screen()).includes(`        ${shown}\n`), await editor.screen());
    const asked = place.requests();
    editor.type('if');
    await ghostIs(editor, shown.slice(2));
    editor.type(LINE);
    await ghostIs(editor, shown.slice('if item:'.length));
    editor.type(TAB);
    await until('all was written', async () => (await editor.evaluate<string[]>("getline(12, '$')")).join('\n') === `        ${BLOCK}`);
    assert.is(place.requests(), asked);
  } finally {
    await editor.end();
    await daemon.end();
  }
});

test('a popup menu hides the ghost text, and no key is taken from it', async () => {
  const editor = await start(place.file('shop/order.py', `# send_page\n${ORDER}`));
  await begun(editor, '        send_p', EXPECTED.slice(6));
  editor.type('\x0e');
  await until('the menu came', async () => (await editor.evaluate('pumvisible()')) === 1);
  assert.is(await ghost(editor), '');
  editor.type('\x05');
  await until('the menu went', async () => (await editor.evaluate('pumvisible()')) === 0);
  assert.is(await line(editor), '        send_p');
  await ghostIs(editor, EXPECTED.slice(6));
  editor.type(TAB);
  await until('it was taken', async () => (await line(editor)) === `        ${EXPECTED}`);
});

test('text right of the cursor stays in sight, behind the ghost text', async () => {
  const editor = await start(place.file('shop/order.py', `${ORDER}        send_parcel() # done\n`));
  await ready(editor);
  editor.type('G02f(a');
  editor.type(`${ESC}`);
  await until('normal mode', async () => (await mode(editor)) === 'n');
  editor.type('0f)i');
  const found = await new Promise<string>((resolve, reject) => until('any ghost text', async () => (await ghost(editor)) !== '').then(async () => resolve(await ghost(editor)), reject));
  assert.ok((await editor.screen()).includes(`        send_parcel(${found}) # done`), await editor.screen());
  editor.type(TAB);
  await until('it was taken', async () => (await line(editor)) === `        send_parcel(${found}) # done`);
});

test('the switches work everywhere, in one buffer and by file type, and the status line tells', async () => {
  const editor = await start(place.file('shop/order.py'), { setup: 'filetypes = { text = false }' });
  await begun(editor);
  assert.is(await status(editor), 'hefc');
  await leave(editor);
  for (const [off, on] of [['disable', 'enable'], ['toggle', 'toggle'], ['disable buffer', 'enable buffer']]) {
    editor.type(`:Hefc ${off}\r`);
    await until('off', async () => (await status(editor)) === 'hefc off');
    const asked = place.requests();
    editor.type(`S${' '.repeat(8)}`);
    await until('typed', async () => (await line(editor)) === '        ');
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.is(place.requests(), asked);
    await leave(editor);
    editor.type(`:Hefc ${on}\r`);
    await until('on', async () => (await status(editor)) === 'hefc');
    editor.type(`S${' '.repeat(8)}`);
    await ghostIs(editor, EXPECTED);
    await leave(editor);
  }
  editor.type(':edit notes.txt\r');
  await until('off by its file type', async () => (await status(editor)) === 'hefc off');
});

test(':Hefc tells about the buffer, the repository and the last suggestion, and a wrong word names the right ones', async () => {
  const editor = await start(place.file('shop/order.py'));
  await begun(editor);
  await leave(editor);
  const read = (): Promise<string> => editor.evaluate("join(flatten(map(getwininfo(), {_, window -> getbufline(window.bufnr, 1, '$')})), \"\\n\")");
  editor.type(':Hefc\r');
  await until('the status', async () => /this buffer +is completed[^]*repository +\S+shop[^]*editor +\d+ shown/.test(await read()));
  editor.type('kj:Hefc explain\r');
  await until('the explanation', async () => (await read()).includes(`completion  "${EXPECTED}"`));
  // The second Enter: for a message as long as this, Neovim waits for a key.
  editor.type('kj:Hefc frobnicate\r\r');
  await until('the words', async () => (await messages(editor)).includes('there is no :Hefc frobnicate, but status, enable'));
});

test('the options of docs/editors.md are right; a wrong one is told with what it must be, and left out', () => {
  const program = `local said = {}; vim.notify = function(text) table.insert(said, text) end
    ${documented('Neovim, with', 'lua')}
    assert(#said == 0 and require('hefc.options').current.keys.dismiss == '<M-e>')
    require('hefc').setup({ debounce = 'x', colour = 1, cmd = 'hefc lsp', keys = { accept = true }, filetypes = { 'python' }, auto = false })
    local now = require('hefc.options').current
    table.sort(said)
    io.stdout:write(vim.json and vim.json.encode({ said, now.debounce, now.auto, now.keys.accept }) or '')
    vim.cmd('qall!')`;
  const script = path.join(place.folder, 'options.lua');
  writeFileSync(script, program);
  const [said, debounce, auto, accept] = JSON.parse(execFileSync(nvim, ['--headless', '-u', 'NORC', '-S', script], { env: { ...process.env, ...place.environment }, encoding: 'utf8' })) as [string[], number, boolean, string];
  assert.equal([debounce, auto, accept], [50, false, '<Tab>']);
  assert.is(said.length, 5);
  for (const [n, told] of [/^hefc: option cmd must be a list of words, such as .*not "hefc lsp"/, /^hefc: option debounce must be a whole number of milliseconds from 0 to 5000, not "x"; it is left out$/, /^hefc: option filetypes must be a table/, /^hefc: option keys must be .*accept_line/, /^hefc: there is no option colour; there are auto, buftypes, cmd/].entries()) assert.match(said[n]!, told);
});

test('nothing is suggested while a macro is recorded, nor in a file larger than 1 MiB', async () => {
  const editor = await start(place.file('shop/order.py'));
  await ready(editor);
  const asked = place.requests();
  editor.type(`qqGo        `);
  await until('it was typed', async () => (await line(editor)) === '        ');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.is(place.requests(), asked);
  await leave(editor);
  editor.type('qS        ');
  await ghostIs(editor, EXPECTED);
  await leave(editor);
  place.file('shop/large.py', 'x = 1\n'.repeat(200_000));
  editor.type(':edit! shop/large.py\r');
  await until('it was off', async () => (await status(editor)) === 'hefc off');
});

test('a server killed under the editor is told in one line, no key is lost, and :Hefc restart goes on', async () => {
  const editor = await start(place.file('shop/order.py'));
  await begun(editor);
  process.kill(place.server(), 'SIGKILL');
  editor.type('x = 1 ');
  await until('the message', async () => (await messages(editor)).includes('hefc: its server ended (signal 9); go on with :Hefc restart'));
  editor.type('+ 2');
  await until('all was typed', async () => (await line(editor)) === '        x = 1 + 2');
  await leave(editor);
  assert.is(await status(editor), 'hefc stopped');
  editor.type(':Hefc restart\r');
  await until('it runs again', async () => (await status(editor)) === 'hefc');
  await ready(editor);
  editor.type(`S${' '.repeat(8)}`);
  await ghostIs(editor, EXPECTED);
});

test('without hefc on the PATH one line says so, once, and typing goes on', async () => {
  const editor = await start(place.file('shop/order.py'), { environment: { PATH: '/usr/bin:/bin' } });
  await until('the message', async () => (await messages(editor)).includes('hefc: there is no hefc on your PATH; see :help hefc-install'));
  editor.type('Gox = 1');
  await until('it was typed', async () => (await line(editor)).trim() === 'x = 1');
  await leave(editor);
  assert.is(((await messages(editor)).match(/on your PATH/g) ?? []).length, 1);
  editor.type(':help hefc-install\r');
  await until('the help', async () => (await editor.evaluate("expand('%:t')")) === 'hefc.txt');
});

test('every option, command and function has its entry in the help', () => {
  const help = readFileSync(here('../../client/editors/nvim/doc/hefc.txt'), 'utf8');
  const names = ['cmd', 'enabled', 'auto', 'debounce', 'filetypes', 'buftypes', 'keys', 'settings'].map((name) => `*hefc-option-${name}*`);
  for (const name of [...names, ...['status', 'enable', 'disable', 'toggle', 'explain', 'restart'].map((word) => `:Hefc ${word}`), ...['setup', 'accept', 'accept_line', 'accept_word', 'dismiss', 'trigger', 'enable', 'disable', 'toggle', 'statusline'].map((name) => `*hefc.${name}()*`), '*hl-HefcGhost*', '*hefc-install*']) assert.ok(help.includes(name), name);
});

suiteOf.run();
