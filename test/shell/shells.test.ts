/** Real bash, zsh and fish in a real terminal, set up as docs/shell.md says: keys are pressed, the screen is read. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHELLS, type Shell } from '../../client/shells.js';
import { connect } from '../../daemon/ipc/client.js';
import { makeSurroundings, type Surroundings, type TestRepository, until } from '../daemon/surroundings.js';
import { installed, KEY, LEFT, openTerminal, type Terminal } from './terminal.js';

const test = suite('shell: shells');
const PATIENCE = { timeout: 120_000 };

const TOOLS: Readonly<Record<string, string>> = {
  'package.json': '{ "scripts": { "test": "node --test", "test:unit": "node --test unit" } }\n',
  'README.md': '# Tools\n\n```sh\nexpr 6 \'*\' 7 >>log.txt   # the answer\ntouch "größe 𝒳.txt"\n```\n',
};

let place: Surroundings;
let tools: TestRepository;
let outside: string;
test.before(async () => {
  place = makeSurroundings();
  tools = place.repository('tools');
  tools.commit(TOOLS);
  outside = path.join(place.folder, 'outside');
  mkdirSync(outside);
  // Nothing of the model's beside what the files say: no repository is set up here.
  (await connect(PATIENCE)).close();
});
test.after(() => place.end());

/** What sets a variable of the shell. */
const setting = (shell: Shell, name: string, value: string): string => (shell === 'fish' ? `set -gx ${name} '${value}'` : `export ${name}='${value}'`);

const VI_MODE: Record<Shell, string> = { bash: 'set -o vi', zsh: 'bindkey -v', fish: 'fish_vi_key_bindings' };

for (const shell of SHELLS) {
  const there = installed(shell) && installed('tmux');
  const here = there ? test : test.skip;
  let terminal: Terminal;

  here(`${shell}, set up as docs/shell.md says: the key completes, the next press takes the next, the last gives back what was typed`, async () => {
    terminal = await openTerminal(shell, { folder: place.folder, cwd: tools.root });
    terminal.type('npm run t');
    await terminal.shows('npm run t');
    terminal.type(KEY);
    await terminal.shows('npm run test');
    terminal.type(KEY);
    await terminal.shows('npm run test:unit');
    terminal.type(KEY);
    await terminal.shows('npm run t');
    terminal.type(KEY);
    await terminal.shows('npm run test');
    terminal.type(' -- x');
    await terminal.shows('npm run test -- x');
    await terminal.fresh();
  });

  here(`${shell}: a completed line runs once, when Enter is pressed and not before`, async () => {
    const log = path.join(tools.root, 'log.txt');
    terminal.type('expr');
    terminal.type(KEY);
    await terminal.shows("expr 6 '*' 7 >>log.txt");
    assert.not(existsSync(log));
    terminal.type('\r');
    await until('the command', () => existsSync(log) && readFileSync(log, 'utf8') !== '');
    await terminal.shows('');
    assert.is(readFileSync(log, 'utf8'), '42\n');
    tools.git('clean', '-fdq');
    await terminal.fresh();
  });

  here(`${shell}: letters of several bytes, quotes, and what stands right of the cursor stay as they are`, async () => {
    terminal.type('true "ä𝒳" && touch  "zwei ü"');
    terminal.type(LEFT.repeat('"zwei ü"'.length + 1));
    terminal.type(KEY);
    await terminal.shows('true "ä𝒳" && touch "größe 𝒳.txt" "zwei ü"');
    terminal.type(' eins');
    await terminal.shows('true "ä𝒳" && touch "größe 𝒳.txt" eins "zwei ü"');
    terminal.type('\r');
    await until('the files', () => ['größe 𝒳.txt', 'eins', 'zwei ü'].every((name) => existsSync(path.join(tools.root, name))));
    tools.git('clean', '-fdq');
    await terminal.fresh();
  });

  here(`${shell}: of several lines the one with the cursor is completed, the others stay`, async () => {
    terminal.type('true one');
    terminal.type(shell === 'fish' ? '\x1b\r' : '\x16\n');
    terminal.type('npm run t');
    await until('two lines', () => terminal.line().split('\n').length === 2);
    terminal.type(KEY);
    await terminal.shows('true one\nnpm run test');
    await terminal.fresh();
  });

  here(`${shell}: an empty line is given the commands of the folder`, async () => {
    terminal.type(KEY);
    // While a key's work is done, bash shows no prompt at all.
    await until('a command', () => !['', 'no prompt'].includes(terminal.line()), 30_000);
    assert.ok(['npm test', "expr 6 '*' 7 >>log.txt", 'npm run test:unit', 'touch "größe 𝒳.txt"'].includes(terminal.line()), terminal.line());
    await terminal.fresh();
  });

  here(`${shell}: where nothing fits the bell rings and the line is as it was; pressed again, the key says why`, async () => {
    terminal.type('zzz "qq');
    await terminal.shows('zzz "qq');
    const before = terminal.bells();
    terminal.type(KEY);
    await until('the bell', () => terminal.bells() > before, 30_000);
    assert.is(terminal.line(), 'zzz "qq');
    terminal.type(KEY);
    await terminal.says('hefc: no command of this repository goes on from this line');
    terminal.type(' more');
    await until('the line goes on', () => terminal.screen().includes('zzz "qq more'));
    await terminal.fresh();
  });

  here(`${shell}: history is used when HEFC_SHELL_HISTORY says so, and not before`, async () => {
    terminal.type('expr 1000 + 234\r');
    await terminal.says('1234');
    terminal.type('expr 10');
    const before = terminal.bells();
    terminal.type(KEY);
    await until('the bell', () => terminal.bells() > before, 30_000);
    assert.is(terminal.line(), 'expr 10');
    await terminal.fresh();
    terminal.type(`${setting(shell, 'HEFC_SHELL_HISTORY', '1')}\r`);
    await terminal.shows('');
    terminal.type('expr 10');
    terminal.type(KEY);
    await terminal.shows('expr 1000 + 234');
    await terminal.fresh();
    terminal.type(`${setting(shell, 'HEFC_SHELL_HISTORY', '')}\r`);
    await terminal.shows('');
  });

  here(`${shell}: outside a repository, and without hefc on the PATH, the second press says so`, async () => {
    terminal.type(`cd '${outside}'\r`);
    await terminal.shows('');
    for (const text of ['not in a Git repository', 'not on your PATH']) {
      terminal.type(`make ${text}`);
      const before = terminal.bells();
      terminal.type(KEY);
      await until('the bell', () => terminal.bells() > before, 30_000);
      terminal.type(KEY);
      await terminal.says(text);
      await terminal.fresh();
      terminal.type(shell === 'fish' ? 'set PATH /usr/bin /bin\r' : 'PATH=/usr/bin:/bin\r');
      await terminal.shows('');
    }
    terminal.close();
  });

  here(`${shell}, in vi mode: another key can be chosen, TAB completes hefc's own commands, and a stopped daemon is started by the key`, async () => {
    const second = await openTerminal(shell, { folder: place.folder, cwd: tools.root, before: `${VI_MODE[shell]}\n${setting(shell, 'HEFC_SHELL_KEY', shell === 'fish' ? '\\cg' : '\\C-g')}${shell === 'zsh' ? '\nautoload -Uz compinit && compinit -u -D' : ''}` });
    try {
      second.type('hefc ind\t');
      await second.shows('hefc index');
      second.type('--pau\t');
      await second.shows('hefc index --pause');
      await second.fresh();
      second.type('hefc complete --context sn\t');
      await second.shows('hefc complete --context snippet');
      await second.fresh();
      second.type('hefc daemon stop\r');
      await second.says('stopped');
      await second.shows('');
      await second.fresh();
      second.type('npm run test:');
      second.type('\x07');
      await second.shows('npm run test:unit');
    } finally {
      second.close();
    }
  });
}

test.run();
