/** The script of client/editors/kakoune in the real Kakoune, installed as docs/editors.md says, behind its JSON interface: keys go in, what is drawn comes out. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../daemon/surroundings.js';
import { works } from './terminal.js';
import { EXPECTED, makeWorkplace, ORDER, type Workplace } from './workplace.js';

const there = works('kak', '-version');
const suiteOf = suite('editors: Kakoune');
const test = there ? suiteOf : suiteOf.skip;
const BEGIN = ' '.repeat(8);
let place: Workplace;
let child: ChildProcess | undefined;

interface Kakoune {
  /** Keys by Kakoune's names. */
  keys(...keys: string[]): void;
  type(text: string): void;
  /** The last line as drawn, without trailing space. */
  drawn(): string;
  /** The line at the bottom. */
  told(): string;
}

suiteOf.before(async () => {
  if (!there) return;
  place = await makeWorkplace();
  place.install('Kakoune (');
});
suiteOf.after.each(async () => {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child!.on('close', resolve));
  child.kill('SIGTERM');
  await closed;
  child = undefined;
});
suiteOf.after(() => place?.end());

/** Of keys that Kakoune gives a name. */
const NAMES: Readonly<Record<string, string>> = { ' ': '<space>', '<': '<lt>', '-': '<minus>' };

type Atoms = { contents: string }[];
const textOf = (atoms: Atoms): string => atoms.map(({ contents }) => contents).join('').trimEnd();

function start(file: string, { commands = '', environment = {} }: { commands?: string; environment?: NodeJS.ProcessEnv } = {}): Kakoune {
  const editor = spawn('kak', ['-ui', 'json', '-e', `set-option global hefc_timeout 60000; ${commands}`, file], {
    cwd: place.shop.root,
    env: { ...process.env, ...place.environment, XDG_RUNTIME_DIR: place.folder, LC_ALL: 'C.UTF-8', ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child = editor;
  let lines: string[] = [];
  let status = '';
  let received = '';
  editor.stdin.on('error', () => undefined);
  editor.stdout.setEncoding('utf8').on('data', (text: string) => {
    received += text;
    for (let end = received.indexOf('\n'); end >= 0; end = received.indexOf('\n')) {
      const { method, params } = JSON.parse(received.slice(0, end)) as { method: string; params: [unknown] };
      if (method === 'draw') lines = (params[0] as Atoms[]).map(textOf);
      if (method === 'draw_status') status = textOf(params[0] as Atoms);
      received = received.slice(end + 1);
    }
  });
  const send = (method: string, params: unknown): void => void editor.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method, params })}\n`);
  send('resize', [30, 100]);
  return {
    keys: (...keys) => send('keys', keys),
    type: (text) => send('keys', [...text].map((letter) => NAMES[letter] ?? letter)),
    drawn: () => lines.at(-1) ?? '',
    told: () => status,
  };
}

/** Keys of a command. */
const run = (command: string): string[] => [':', ...[...command].map((letter) => NAMES[letter] ?? letter), '<ret>'];

const shows = (kak: Kakoune, text: string): Promise<void> => until(`the line ${JSON.stringify(text)}`, () => kak.drawn() === text);

/** A line is opened below the last, which indents it, and the grey text stands. */
async function begun(kak: Kakoune, expected = EXPECTED): Promise<void> {
  await until('the file was drawn', () => kak.drawn() !== '');
  kak.keys('g', 'e', 'o');
  await shows(kak, BEGIN + expected);
}

async function written(kak: Kakoune, file: string): Promise<string> {
  const before = readFileSync(file, 'utf8');
  kak.keys('<esc>', ':', 'w', '<ret>');
  await until('the file was written', () => ![before, ''].includes(readFileSync(file, 'utf8')));
  return readFileSync(file, 'utf8');
}

test('what is typed brings grey text, typing along keeps the rest, and the key writes it; undo takes it back', async () => {
  const file = place.file('shop/order.py', `# naïve 😀\n${ORDER}`);
  const kak = start(file);
  await begun(kak);
  kak.type('send');
  await shows(kak, BEGIN + EXPECTED);
  kak.keys('<tab>');
  assert.is(await written(kak, file), `# naïve 😀\n${ORDER}${BEGIN}${EXPECTED}\n`);
  kak.keys('u');
  assert.is(await written(kak, file), `# naïve 😀\n${ORDER}`);
});

test('a word is taken; what does not follow, deleting, moving and leaving take the grey text away, and the key is what it was', async () => {
  const file = place.file('shop/order.py');
  const kak = start(file, { commands: "map global insert <c-w> '<a-;>:hefc-accept-word<ret>'" });
  await begun(kak);
  kak.keys('<c-w>', '<c-w>', 'x');
  assert.is(await written(kak, file), `${ORDER}${BEGIN}send_parcel(x\n`);
  for (const [n, away] of ['y', '<backspace>', '<left>', '<esc>'].entries()) {
    kak.keys('<esc>', ...run('set-option global idle_timeout 50'), 'g', 'e', 'x', 'd', 'g', 'e', 'o');
    await shows(kak, BEGIN + EXPECTED);
    // So that no other text comes in its place.
    kak.keys('<a-;>', ...run('set-option global idle_timeout 600000'));
    kak.keys(away);
    await until(`the grey text went with ${away}`, () => !kak.drawn().includes('parcel'));
    kak.keys('<esc>', 'A', '<tab>', String(n));
    assert.match(await written(kak, file), new RegExp(`\\n *y?\\t${n}\\n$`));
  }
});

test('signs that mean something to Kakoune are shown and written as they are, and of several lines the first is shown', async () => {
  const stand = path.join(place.folder, 'bin', 'stand-in');
  writeFileSync(stand, "#!/bin/sh\ncat >/dev/null\nprintf '%s\\n' \"a {b} | 'c' \\\\ \\\\{ %d \\\"e\\\"\" '  f|'\n", { mode: 0o755 });
  const text = 'a {b} | \'c\' \\ \\{ %d "e"';
  const file = place.file('shop/order.py');
  const kak = start(file, { commands: 'set-option global hefc_cmd stand-in' });
  await begun(kak, `${text} …`);
  kak.keys('<tab>');
  assert.is(await written(kak, file), `${ORDER}${BEGIN}${text}\n  f|\n`);
});

test('without hefc on the PATH one line says so, and typing goes on', async () => {
  const file = place.file('shop/order.py');
  const kak = start(file, { environment: { PATH: '/usr/bin:/bin' } });
  await until('the file was drawn', () => kak.drawn() !== '');
  kak.keys('g', 'e', 'o');
  await until('the message', () => kak.told().startsWith('hefc: there is no hefc on the PATH of Kakoune'));
  kak.type('x = 1');
  assert.is(await written(kak, file), `${ORDER}${BEGIN}x = 1\n`);
});

suiteOf.run();
