/** Starts `hefc lsp` as an editor does and says `initialize`, without the protocol's library: that is what is checked too. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { HEFC_NAMES, programOnPath } from '../onPath.js';
import { finding, type Finding } from './check.js';
import type { UserPlace } from './userPlace.js';

const ANSWER_MS = 15_000;

/** The one on the PATH, else this build's. */
export function languageServerFinding(place: UserPlace): Promise<Finding> {
  const found = programOnPath(HEFC_NAMES, place.environment);
  const [program, ...args] = found === undefined ? [process.execPath, path.join(packageRoot(), 'dist', 'client', 'hefc.cjs')] : [found];
  const shown = [program, ...args, 'lsp'].join(' ');
  return finding('language server', `start it by hand and see: ${shown} </dev/null; reinstall in ${packageRoot()}: npm ci`, async () => {
    const { name, version } = await initialize(program!, [...args, 'lsp'], place);
    if (name !== 'hefc') throw new Error(`${shown} answers as ${name}`);
    return `${shown} answers as version ${version}`;
  });
}

function initialize(program: string, args: string[], { home, environment }: UserPlace): Promise<{ name: string; version: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: home, env: { ...environment, HOME: home }, stdio: 'pipe' });
    let stderr = '';
    let stdout = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      clearTimeout(late);
      child.kill('SIGKILL');
      settle();
    };
    const late = setTimeout(() => end(() => reject(new Error(`it did not answer within ${ANSWER_MS / 1000} s`))), ANSWER_MS);
    child.on('error', (error) => end(() => reject(error)));
    child.on('close', (code) => end(() => reject(new Error(stderr.trim().split('\n')[0] || `it ended with exit code ${code} before it answered`))));
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(0, 10_000)));
    child.stdout.on('data', (bytes: Buffer) => {
      stdout = Buffer.concat([stdout, bytes]);
      try {
        const answer = firstMessage(stdout);
        if (answer !== undefined) end(() => resolve((answer as { result: { serverInfo: { name: string; version: string } } }).result.serverInfo));
      } catch {
        end(() => reject(new Error(`it answers with something else than the protocol: ${JSON.stringify(stdout.toString('utf8').slice(0, 80))}`)));
      }
    });
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { processId: process.pid, rootUri: null, capabilities: {} } });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(request)}\r\n\r\n${request}`);
  });
}

/** undefined: not all of it is there yet. Throws when it is none. */
function firstMessage(bytes: Buffer): unknown {
  const end = bytes.indexOf('\r\n\r\n');
  const header = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1');
  if (!'Content-Length: '.startsWith(header.slice(0, 16)) || header.length > 1000) throw new Error('no header');
  if (end < 0) return undefined;
  const length = Number(/^Content-Length: (\d+)/.exec(header)?.[1]);
  const body = bytes.subarray(end + 4, end + 4 + length);
  return body.length < length ? undefined : JSON.parse(body.toString('utf8'));
}
