/** A real terminal around a real shell: tmux gives the pseudo-terminal, draws what the shell writes and says what stands there. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import type { Shell } from '../../client/shells.js';
import { MAIN } from '../client/command.js';
import { until } from '../daemon/surroundings.js';

/** For anything to come up on the screen. */
const PATIENCE_MS = 30_000;

/** The documented key, and others as a terminal sends them. */
export const KEY = '\x1b;';
export const LEFT = '\x1b[D';

const SETTINGS: Record<Shell, { file: string; prompt: string }> = {
  bash: { file: '.bashrc', prompt: "PS1='> '" },
  zsh: { file: '.zshrc', prompt: "PS1='> '" },
  // What fish guesses from its history would stand behind the cursor.
  fish: { file: '.config/fish/config.fish', prompt: "function fish_prompt; echo -n '> '; end\nfunction fish_mode_prompt; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0" },
};

/** Is this program there? */
export const installed = (command: string): boolean => spawnSync(command, [command === 'tmux' ? '-V' : '--version'], { stdio: 'ignore' }).status === 0;

/** What docs/shell.md tells users of a shell to put into its start-up file. */
export function documentedLine(shell: Shell): string {
  const page = readFileSync(path.join(packageRoot(), 'docs', 'shell.md'), 'utf8');
  const [, line] = new RegExp(`^\`\`\`${shell}\n([^]*?)^\`\`\``, 'm').exec(page) ?? [];
  if (line === undefined) throw new Error(`docs/shell.md has no line for ${shell}`);
  return line;
}

/** A folder with `hefc` in it, for PATH. */
export function makeBin(folder: string): string {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, 'hefc'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
  return bin;
}

export interface Terminal {
  /** Sends these characters as a keyboard would. */
  type(text: string): void;
  screen(): string;
  /** What stands after the last prompt, lines joined by a line break; ends of lines without blanks. */
  line(): string;
  /** Waits until the line is this. */
  shows(line: string): Promise<void>;
  /** Waits until the screen holds this. */
  says(text: string): Promise<void>;
  /** Bells rung so far. */
  bells(): number;
  /** Leaves the line as it is and starts a new one. */
  fresh(): Promise<void>;
  close(): void;
}

let opened = 0;

/** Starts a shell whose start-up file is `before`, the documented line, and a prompt `> `. */
export async function openTerminal(shell: Shell, { folder, cwd, before = '' }: { folder: string; cwd: string; before?: string }): Promise<Terminal> {
  const { file, prompt } = SETTINGS[shell];
  const home = path.join(folder, `home of ${shell}`);
  mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  writeFileSync(path.join(home, file), `${before}\n${documentedLine(shell)}${prompt}\n`);
  // A server that is ending would take the next terminal with it: each has its own.
  const socket = path.join(folder, `${++opened}.tmux`);
  const log = path.join(folder, `${opened}.log`);
  // A minute and not 1.5 s: a busy machine is no failure of the shell's.
  const environment = { ...process.env, HOME: home, PATH: `${makeBin(folder)}:${process.env.PATH}`, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', HEFC_SHELL_TIMEOUT: '60000', SHELL: '/bin/sh' };
  const tmux = (...args: string[]): string => {
    const ran = spawnSync('tmux', ['-S', socket, '-f', '/dev/null', '-u', ...args], { cwd, env: environment, encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`tmux ${args[0]}: ${ran.stderr}`);
    return ran.stdout;
  };
  writeFileSync(log, '');
  tmux('new-session', '-d', '-x', '120', '-y', '40', shell);
  tmux('pipe-pane', `cat >>'${log}'`);
  const terminal: Terminal = {
    type(text) {
      tmux('send-keys', '-H', ...[...Buffer.from(text)].map((byte) => byte.toString(16)));
    },
    screen: () => tmux('capture-pane', '-p', '-J').replace(/[ \n]+$/, ''),
    line() {
      const lines = terminal.screen().split('\n').map((one) => one.trimEnd());
      const prompt = lines.findLastIndex((one) => /^>(?: |$)/.test(one));
      return prompt < 0 ? 'no prompt' : [lines[prompt]!.slice(2), ...lines.slice(prompt + 1).map((one) => one.trimStart())].join('\n');
    },
    shows: (line) => waitFor(`the line ${JSON.stringify(line)}`, () => terminal.line() === line),
    says: (text) => waitFor(`the text ${JSON.stringify(text)}`, () => terminal.screen().replace(/\s+/g, ' ').includes(text)),
    bells: () => readFileSync(log, 'latin1').replace(/\x1b\][^\x07\x1b]*\x07/g, '').split('\x07').length - 1,
    async fresh() {
      // A shell that is still at a key's work may take the interrupt for that.
      await waitFor('an empty line', async () => {
        terminal.type('\x03');
        return until('it', () => terminal.line() === '', 1000).then(() => true, () => false);
      });
      tmux('send-keys', '-R');
      tmux('clear-history');
      terminal.type('\r');
      await terminal.shows('');
    },
    close: () => void spawnSync('tmux', ['-S', socket, 'kill-server'], { stdio: 'ignore' }),
  };
  const waitFor = (what: string, condition: () => boolean | Promise<boolean>): Promise<void> =>
    until(what, condition, PATIENCE_MS).catch((error: Error) => {
      throw new Error(`${error.message}; on the screen stands:\n${terminal.screen()}`);
    });
  await terminal.shows('');
  return terminal;
}
