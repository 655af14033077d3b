/**
 * A real editor in a real terminal: keys go in at the keyboard's end of a pseudo-terminal, and the editor itself is asked
 * what stands in its buffers and on its screen, over a socket it opens (Vim's JSON channel; probe.lua in Neovim).
 */
import { spawn, spawnSync } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';

export interface Terminal {
  /** Types, as a keyboard would: control characters are keys. */
  type(text: string): void;
  /** Value of an expression of Vim script. */
  evaluate<T>(expression: string): Promise<T>;
  /** What has been drawn, line by line. */
  screen(): Promise<string>;
  /** All that was written to the terminal. */
  output(): string;
  /** Kills it where it does not end by itself. */
  end(): Promise<void>;
}

/** An editor that waits for a key answers nothing. */
const ANSWER_MS = 60_000;

const SCREEN = "join(map(range(1, &lines), {_, row -> substitute(join(map(range(1, &columns), {_, col -> screenstring(row, col)}), ''), ' *$', '', '')}), \"\\n\")";

export const here = (name: string): string => path.join(packageRoot(), 'test', 'editors', name);
export const works = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
/** util-linux gives a program a terminal. */
export const hasTerminal = works('script', '-qec', 'true', '/dev/null');

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Starts a command whose editor opens the socket named by HEFC_TEST_SOCKET. */
export async function startTerminal(command: string[], { cwd, environment, socket }: { cwd: string; environment: NodeJS.ProcessEnv; socket: string }): Promise<Terminal> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let connected: (socket: Socket) => void;
  const connection = new Promise<Socket>((resolve) => (connected = resolve));
  let received = '';
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.setEncoding('utf8').on('data', (text: string) => {
      received += text;
      for (let end = received.indexOf('\n'); end >= 0; end = received.indexOf('\n')) {
        answer(received.slice(0, end));
        received = received.slice(end + 1);
      }
    });
    connected(client);
  });
  const answer = (line: string): void => {
    const [id, value] = JSON.parse(line) as [number, unknown];
    // So both editors answer what they cannot evaluate.
    if (typeof value === 'string' && value.startsWith('ERROR')) waiting.get(id)?.reject(new Error(value));
    waiting.get(id)?.resolve(value);
    waiting.delete(id);
  };
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const child = spawn('script', ['-qec', `stty rows 30 cols 100; exec ${command.map(quoted).join(' ')}`, '/dev/null'], {
    cwd,
    env: { ...process.env, ...environment, TERM: 'xterm-256color', HEFC_TEST_SOCKET: socket },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.on('error', () => undefined);
  let over = false;
  const ended = new Promise<void>((resolve) => child.on('close', () => {
    over = true;
    resolve();
  }));
  const gone = ended.then(() => Promise.reject(new Error(`the editor ended:\n${output.slice(-2000)}`)));
  gone.catch(() => undefined);
  const client = await Promise.race([connection, gone]).finally(() => server.close());
  let last = 0;
  const terminal: Terminal = {
    type: (text) => void child.stdin.write(text),
    evaluate: <T>(expression: string) => {
      const id = --last;
      const value = new Promise<T>((resolve, reject) => waiting.set(id, { resolve: resolve as (value: unknown) => void, reject }));
      client.write(`${JSON.stringify(['expr', expression, id])}\n`);
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise<never>((_, reject) => (late = setTimeout(() => reject(new Error(`the editor does not answer; it wrote:\n${output.slice(-2000)}`)), ANSWER_MS)));
      return Promise.race([value, gone, patience]).finally(() => clearTimeout(late));
    },
    screen: () => terminal.evaluate<string>(SCREEN),
    output: () => output,
    async end() {
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      if (!over) client.write(`${JSON.stringify(['ex', 'qall!'])}\n`);
      await ended;
      clearTimeout(late);
      client.destroy();
    },
  };
  return terminal;
}
