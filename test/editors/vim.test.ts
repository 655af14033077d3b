/** The plugin of client/editors/vim in the real Vim, installed as docs/editors.md says, typed into through a terminal. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../daemon/surroundings.js';
import { listen } from '../lsp/listener.js';
import { hasTerminal, here, startTerminal, works, type Terminal } from './terminal.js';
import { BLOCK, documented, EXPECTED, makeWorkplace, ORDER, type Workplace } from './workplace.js';

const vim = process.env.HEFC_TEST_VIM ?? 'vim';
const FEATURES = ['vim9script', 'channel', 'job', 'textprop', 'timers', 'patch-9.0.0185'];
const there = hasTerminal && works(vim, '-es', '-u', 'NONE', '-c', `if ${FEATURES.map((name) => `has('${name}')`).join(' && ')} | qall | else | cquit | endif`);
const suiteOf = suite('editors: Vim');
const test = there ? suiteOf : suiteOf.skip;
const ESC = '\x1b';
const TAB = '\t';
const WORD = '\x02';
const LINE = '\x0c';
const DISMISS = '\x18';
const TRIGGER = '\x14';
const BEGIN = ' '.repeat(8);
let place: Workplace;
let editors: Terminal[] = [];

suiteOf.before(async () => {
  if (!there) return;
  place = await makeWorkplace();
  place.install('Vim 9');
});
suiteOf.after.each(async () => {
  for (const editor of editors) await editor.end();
  editors = [];
});
suiteOf.after(() => place?.end());

async function start(file: string, { options = '{}', before = '', environment = {} }: { options?: string; before?: string; environment?: NodeJS.ProcessEnv } = {}): Promise<Terminal> {
  writeFileSync(path.join(place.folder, '.vimrc'), `
    set nocompatible noswapfile viminfo= ttimeoutlen=20
    filetype plugin on
    let g:hefc = extend({'keys': {'accept_word': '<C-b>', 'accept_line': '<C-l>', 'dismiss': '<C-x>'}}, ${options})
    imap <C-t> <Plug>(hefc-trigger)
    ${before}
    autocmd VimEnter * source ${here('probe.vim')}\n`);
  const editor = await startTerminal([vim, file], { cwd: place.shop.root, environment: { ...place.environment, LC_ALL: 'C.UTF-8', ...environment }, socket: path.join(place.folder, 'socket') });
  editors.push(editor);
  return editor;
}

const line = (editor: Terminal): Promise<string> => editor.evaluate("getline('.')");
const status = (editor: Terminal): Promise<string> => editor.evaluate('hefc#Statusline()');
const messages = (editor: Terminal): Promise<string> => editor.evaluate("execute('messages')");
/** What stands on the screen right of the cursor, where there is virtual text. */
const ghost = (editor: Terminal): Promise<string> => editor.evaluate("empty(prop_list(line('.'))) ? '' : trim(join(map(range(wincol(), &columns), {_, column -> screenstring(winline(), column)}), ''), ' ', 2)");
const ghostIs = (editor: Terminal, text: string): Promise<void> => until(`the ghost text ${JSON.stringify(text)}`, async () => (await ghost(editor)) === text);
const lineIs = (editor: Terminal, text: string): Promise<void> => until(`the line ${JSON.stringify(text)}`, async () => (await line(editor)) === text);

const ready = (editor: Terminal): Promise<void> => until('the server was ready', async () => (await status(editor)) === 'hefc');

async function begun(editor: Terminal, typed = BEGIN, expected = EXPECTED): Promise<void> {
  await ready(editor);
  editor.type(`Go${typed}`);
  await ghostIs(editor, expected);
}

async function leave(editor: Terminal): Promise<void> {
  editor.type(ESC);
  await until('normal mode', async () => (await editor.evaluate('mode()')) === 'n');
}

test('what is typed brings ghost text on the screen, and Tab takes it; the dot command repeats it, and one undo each takes it back', async () => {
  const editor = await start(place.file('shop/order.py'));
  const before = place.counts();
  await begun(editor);
  assert.ok((await editor.screen()).includes(`${BEGIN}${EXPECTED}\n`), await editor.screen());
  assert.is(await line(editor), BEGIN);
  editor.type(TAB);
  await lineIs(editor, BEGIN + EXPECTED);
  await until("'paste' was set back", async () => (await editor.evaluate('&paste')) === 0);
  await leave(editor);
  editor.type('.');
  await until('the dot command', async () => (await editor.evaluate("line('$')")) === ORDER.split('\n').length + 1);
  assert.equal(await editor.evaluate("getline(line('$') - 1, '$')"), [BEGIN + EXPECTED, BEGIN + EXPECTED]);
  editor.type('uu');
  await until('both were undone', async () => ((await editor.evaluate("getline(1, '$')")) as string[]).join('\n') === ORDER.trimEnd());
  await editor.end();
  await until('it was counted', () => place.counts().accepted! - before.accepted! === 1);
});

test('typing along keeps the rest without a request; deleting takes it away at once', async () => {
  const editor = await start(place.file('shop/order.py'), { options: "{'debounce': 300}" });
  await begun(editor);
  const asked = place.requests();
  for (const [n, letter] of [...'send_p'].entries()) {
    editor.type(letter);
    await ghostIs(editor, EXPECTED.slice(n + 1));
  }
  // Longer than the pause after which a request would have gone out.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.is(place.requests(), asked);
  assert.is(await line(editor), `${BEGIN}send_p`);
  editor.type('\x7f');
  await lineIs(editor, `${BEGIN}send_`);
  assert.is(await ghost(editor), '');
  await ghostIs(editor, EXPECTED.slice(5));
  assert.is(place.requests(), asked + 1);
  editor.type('x');
  await lineIs(editor, `${BEGIN}send_x`);
  assert.is(await ghost(editor), '');
});

test('a word, a line and all are taken, and counted as what they are, after text outside ASCII', async () => {
  // Asked for each time, so that no other suggestion comes between.
  const editor = await start(place.file('shop/order.py', `# naïve 😀\n${ORDER}`), { options: "{'auto': v:false}" });
  const before = place.counts();
  await begun(editor, BEGIN + TRIGGER);
  for (const taken of ['send_parcel', 'send_parcel(', 'send_parcel(item']) {
    editor.type(WORD);
    await lineIs(editor, BEGIN + taken);
    await ghostIs(editor, EXPECTED.slice(taken.length));
  }
  for (const key of [LINE, 'x']) {
    await leave(editor);
    editor.type(`S${BEGIN}${TRIGGER}`);
    await ghostIs(editor, EXPECTED);
    editor.type(key);
    await lineIs(editor, BEGIN + (key === LINE ? EXPECTED : 'x'));
  }
  await leave(editor);
  await editor.end();
  await until('they were counted', () => {
    const after = place.counts();
    return ['accepted', 'partial', 'dismissed'].every((name) => after[name]! - before[name]! === 1);
  });
});

test('what was dismissed, left by the cursor or by Insert mode is gone, and no late answer brings it back', async () => {
  const editor = await start(place.file('shop/order.py'), { options: "{'debounce': 0}" });
  await begun(editor);
  editor.type(DISMISS);
  await ghostIs(editor, '');
  assert.is(await line(editor), BEGIN);
  editor.type(TRIGGER);
  await ghostIs(editor, EXPECTED);
  editor.type('\x1b[D');
  await ghostIs(editor, '');
  editor.type('\x1b[C');
  await until('the cursor came back', async () => (await editor.evaluate("col('.')")) === 9);
  const asked = place.requests();
  editor.type('x');
  await until('a request went out', () => place.requests() > asked);
  editor.type('\x1b[A');
  await until('the answer came', async () => (await status(editor)) === 'hefc');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(await ghost(editor), '');
  editor.type(TRIGGER);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await leave(editor);
  assert.is(await ghost(editor), '');
});

test('the key is what it was where no ghost text stands: itself, or what was mapped, in the buffer or everywhere', async () => {
  const editor = await start(place.file('shop/order.py'), { options: "{'auto': v:false}", before: "inoremap <C-l> global\n autocmd BufEnter *.py inoremap <buffer> <expr> <C-b> 'own' .. 1" });
  await ready(editor);
  editor.type(`Go${TAB}${LINE}${WORD}`);
  await until('the keys were typed', async () => (await line(editor)).endsWith('globalown1'));
  await leave(editor);
  editor.type(`S${BEGIN}${TRIGGER}`);
  await ghostIs(editor, EXPECTED);
  editor.type(WORD);
  await lineIs(editor, `${BEGIN}send_parcel`);
  editor.type(DISMISS);
  await ghostIs(editor, '');
  editor.type(`${LINE}${WORD}`);
  await lineIs(editor, `${BEGIN}send_parcelglobalown1`);
});

test('several lines are shown, typed along and written as they are, whatever the buffer indents by itself', async () => {
  const daemon = await listen();
  daemon.answer = () => ({ text: BLOCK });
  const editor = await start(place.file('shop/order.py'), { options: "{'debounce': 300}", before: 'filetype plugin indent on\n set autoindent textwidth=20', environment: { HEFC_HOME: daemon.home } });
  try {
    await ready(editor);
    editor.type('GA\r');
    await ghostIs(editor, 'if item:');
    const tab = ' '.repeat(await editor.evaluate<number>('&tabstop'));
    assert.ok((await editor.screen()).includes(`${BEGIN}${BLOCK.replace('\t', tab)}\n`), await editor.screen());
    const asked = place.requests();
    editor.type('if');
    await ghostIs(editor, ' item:');
    editor.type(LINE);
    await lineIs(editor, `${BEGIN}if item:`);
    editor.type(TAB);
    await until('all was written', async () => (await editor.evaluate<string[]>("getline(12, '$')")).join('\n') === BEGIN + BLOCK);
    assert.is(place.requests(), asked);
  } finally {
    await editor.end();
    await daemon.end();
  }
});

test('a popup menu hides the ghost text, and text right of the cursor moves aside for it', async () => {
  const editor = await start(place.file('shop/order.py', `# send_page\n${ORDER}`));
  await begun(editor, `${BEGIN}send_p`, EXPECTED.slice(6));
  editor.type('\x0e');
  await until('the menu came', async () => (await editor.evaluate('pumvisible()')) === 1);
  assert.equal(await editor.evaluate("prop_list(line('.'))"), []);
  editor.type('\x05');
  await lineIs(editor, `${BEGIN}send_p`);
  await ghostIs(editor, EXPECTED.slice(6));
  await leave(editor);
  editor.type(`S${BEGIN}send_parcel(it)${ESC}`);
  await until('normal mode', async () => (await editor.evaluate('mode()')) === 'n');
  editor.type(`i${TRIGGER}`);
  await until('any ghost text', async () => (await ghost(editor)) !== '');
  const found = await ghost(editor);
  assert.match(found, /^em.*\)$/);
  editor.type(TAB);
  await lineIs(editor, `${BEGIN}send_parcel(it${found}`);
});

test('the switches work everywhere, in one buffer and by file type, the status line tells, and :Hefc says more', async () => {
  const editor = await start(place.file('shop/order.py'), { options: "{'filetypes': {'text': v:false}}" });
  await begun(editor);
  assert.is(await status(editor), 'hefc');
  await leave(editor);
  for (const [off, on] of [['disable', 'enable'], ['toggle buffer', 'toggle buffer']]) {
    editor.type(`:Hefc ${off}\r`);
    await until('off', async () => (await status(editor)) === 'hefc off');
    const asked = place.requests();
    editor.type(`S${BEGIN}`);
    await lineIs(editor, BEGIN);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.is(place.requests(), asked);
    await leave(editor);
    editor.type(`:Hefc ${on}\r`);
    await until('on', async () => (await status(editor)) === 'hefc');
    editor.type(`S${BEGIN}`);
    await ghostIs(editor, EXPECTED);
    await leave(editor);
  }
  editor.type(':Hefc\r');
  await until('the status', async () => /this buffer +is completed[^]*repository +\S+shop[^]*editor +\d+ shown/.test(await editor.screen()));
  editor.type('q:Hefc explain\r');
  await until('the explanation', async () => (await editor.screen()).includes(`completion  "${EXPECTED}"`));
  editor.type('q:edit! notes.txt\r');
  await until('off by its file type', async () => (await status(editor)) === 'hefc off');
});

test('a wrong option is told once with what it must be, and its default stands', async () => {
  const editor = await start(place.file('shop/order.py'), { options: "{'debounce': 'x', 'colour': 1, 'filetypes': ['python']}", before: 'set shortmess+=T cmdheight=9' });
  await begun(editor);
  const told = (await messages(editor)).split('\n').filter((one) => one.startsWith('hefc:')).sort();
  assert.is(told.length, 3, told.join('\n'));
  for (const [n, expected] of [/^hefc: g:hefc has no option colour; there are auto, cmd/, /^hefc: g:hefc\.debounce must be a whole number of milliseconds from 0 to 5000, not 'x'; it is left out$/, /^hefc: g:hefc\.filetypes must be a dictionary/].entries()) assert.match(told[n]!, expected);
});

test('nothing is suggested while a macro is recorded, nor in a file larger than 1 MiB', async () => {
  const editor = await start(place.file('shop/order.py'));
  await ready(editor);
  const asked = place.requests();
  editor.type(`qqGo        `);
  await lineIs(editor, BEGIN);
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
  await until('the message', async () => (await editor.screen()).includes('hefc: its server ended (signal kill); go on with :Hefc restart'));
  editor.type('+ 2');
  await lineIs(editor, `${BEGIN}x = 1 + 2`);
  await leave(editor);
  assert.is(await status(editor), 'hefc stopped');
  editor.type(':Hefc restart\r');
  await until('it runs again', async () => (await status(editor)) === 'hefc');
  editor.type(`S${BEGIN}`);
  await ghostIs(editor, EXPECTED);
});

test('without hefc on the PATH one line says so, once, and nothing else with the options of docs/editors.md; typing goes on', async () => {
  const editor = await start(place.file('shop/order.py'), { before: documented('Vim 9', 'vim'), environment: { PATH: '/usr/bin:/bin' } });
  await until('the message', async () => (await editor.screen()).includes('hefc: there is no hefc on your PATH; see :help hefc-install'));
  editor.type('Gox = 1');
  await until('it was typed', async () => (await line(editor)).trim() === 'x = 1');
  await leave(editor);
  assert.is(await status(editor), 'hefc stopped');
  assert.equal((await messages(editor)).split('\n').filter((one) => /^hefc|^E\d|rror/.test(one)), ['hefc: there is no hefc on your PATH; see :help hefc-install']);
  editor.type(':help hefc-install\r');
  await until('the help', async () => (await editor.evaluate("expand('%:t')")) === 'hefc.txt');
});

test('a change is sent as the smallest one, in bytes, and never cuts a character', async () => {
  const editor = await start(place.file('shop/order.py'));
  await ready(editor);
  const difference = (old: string[], now: string[]): Promise<unknown> => editor.evaluate(`[hefc#documents#Difference(${JSON.stringify(old)}, ${JSON.stringify(now)})]`).then((found) => {
    const [{ range, text }] = found as [{ range: { start: { line: number; character: number }; end: { line: number; character: number } }; text: string }];
    return [range.start.line, range.start.character, range.end.line, range.end.character, text];
  });
  for (const [old, now, expected] of [
    [['a', 'foo', 'b'], ['a', 'foobar', 'b'], [1, 3, 1, 3, 'bar']],
    [['é'], ['è'], [0, 0, 0, 2, 'è']],
    [['a😀b'], ['ab'], [0, 1, 0, 5, '']],
    [['ab'], ['a', 'b'], [0, 1, 0, 1, '\n']],
    [['a', 'b'], ['a', 'x', 'b'], [0, 1, 0, 1, '\nx']],
    [['a'], ['x', 'a'], [0, 0, 0, 0, 'x\n']],
    [['a', 'b', 'c'], ['a', 'c'], [0, 1, 1, 1, '']],
    [['a', 'b'], ['b'], [0, 0, 1, 0, '']],
    [['a', 'a'], ['a', 'a', 'a'], [1, 1, 1, 1, '\na']],
  ] as const) assert.equal(await difference([...old], [...now]), expected, JSON.stringify([old, now]));
});

test('every option, command and mapping has its entry in the help', () => {
  const help = readFileSync(here('../../client/editors/vim/doc/hefc.txt'), 'utf8');
  for (const name of [...['cmd', 'enabled', 'auto', 'debounce', 'filetypes', 'keys', 'settings'].map((one) => `*hefc-option-${one}*`), ...['status', 'enable', 'disable', 'toggle', 'explain', 'restart'].map((word) => `:Hefc ${word}`), ...['accept', 'accept-line', 'accept-word', 'dismiss', 'trigger'].map((one) => `*<Plug>(hefc-${one})*`), '*hefc#Statusline()*', '*hl-HefcGhost*', '*hefc-install*']) assert.ok(help.includes(name), name);
});

suiteOf.run();
