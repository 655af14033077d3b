/** A real `hefc serve` or `hefc ui` process, and requests to it as clients make them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { MAIN } from '../client/command.js';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON. */
  json<T = Record<string, unknown>>(): T;
}

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** An object goes as JSON. */
  body?: object | string | Buffer;
  agent?: Agent;
  /** The server's token is sent unless this is false. */
  token?: string | false;
}

export interface Server {
  child: ChildProcess;
  address: string;
  token: string;
  output(): { stdout: string; stderr: string };
  send(path: string, sent?: Sent): Promise<Reply>;
  /** POST. */
  ask(path: string, body: object, sent?: Sent): Promise<Reply>;
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>;
  ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** `main`: the launcher; this build's by default. */
export async function startServer(args: string[], cwd: string, main = MAIN): Promise<Server> {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  void ended.then(() => running.delete(child));
  const listens = async (): Promise<string> => {
    for (;;) {
      const found = /http:\/\/[\d.:[\]]+\d/.exec(output.stdout)?.[0];
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}: ${output.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const address = await listens();
  const server: Server = {
    child,
    address,
    token: '',
    output: () => output,
    ended,
    send: (path, { token = server.token, headers = {}, ...sent } = {}) => sendTo(address, path, { ...sent, headers: { ...(token === false || token === '' ? {} : { Authorization: `Bearer ${token}` }), ...headers } }),
    ask: (path, body, sent = {}) => server.send(path, { method: 'POST', body, ...sent }),
    end() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  return server;
}

/** Ends what a failed test left running. */
export function endServers(): void {
  for (const child of running) child.kill('SIGKILL');
}

function sendTo(address: string, path: string, { method = 'GET', headers, body, agent }: Sent): Promise<Reply> {
  const content = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const length = content === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(content)) };
    const outgoing = request(`${address}${path}`, { method, headers: { ...length, ...headers }, ...(agent && { agent }) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: <T>() => JSON.parse(text) as T }));
    });
    outgoing.on('error', reject);
    outgoing.end(content);
  });
}
