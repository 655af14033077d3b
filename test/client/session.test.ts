/** What the command sends about one file from one shell, seen at the socket by a listener in the daemon's place. */
import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serve, type Wire } from '../../daemon/ipc/transport.js';
import { makeRepository, type TestRepository } from '../hooks/repository.js';
import { folder, MAIN, makeCommand, type Command } from './command.js';

const test = suite('client: session');
let command: Command;
let repository: TestRepository;
let listener: Awaited<ReturnType<typeof serve>>;
const sessions: string[] = [];

const RESULT = {
  text: 'x', lane: 'model', reason: 'ok', model: 'nano', context: 'hef',
  tokens: { prefix: 1, suffix: 0, memory: 0, pasted: 0, generated: 1, drafted: 0, accepted: 0 },
  nodes: [],
  ms: { total: 1, queue: 0, retrieve: 0, prefill: 0, decode: 0 },
};

test.before(async () => {
  command = makeCommand();
  repository = makeRepository({ spool: false });
  repository.write('a.ts', 'a\n');
  repository.write('b.ts', 'b\n');
  const run = folder(command, 'run');
  chmodSync(run, 0o700);
  listener = await serve(path.join(run, 'daemon.sock'), (wire: Wire) => {
    wire.onMessage = (message) => {
      const { id, method, params } = message as { id: number; method: string; params: { session?: string } };
      if (method === 'complete') sessions.push(params.session ?? 'none');
      wire.send({ id, result: method === 'complete' ? RESULT : {} });
    };
  });
});
test.after(async () => {
  await listener.close();
  command.end();
  repository.remove();
});

/** Runs from this process, without blocking it: it has to answer. */
function complete(...rest: string[]): Promise<number | null> {
  const args = [MAIN, 'complete', '--line', '1', '--column', '0', ...rest];
  const child = spawn(process.execPath, args, { cwd: repository.root, env: { ...process.env, HEFC_HOME: command.home }, stdio: 'ignore' });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
}

test('calls from one parent about one file share a session; other files have their own', async () => {
  assert.is(await complete('--file', 'a.ts'), 0);
  assert.is(await complete('--file', './a.ts', '--timeout', '500'), 0);
  assert.is(await complete('--file', 'b.ts'), 0);
  const expected = (name: string): string => `${process.pid}:${path.join(repository.root, name)}`;
  assert.equal(sessions, [expected('a.ts'), expected('a.ts'), expected('b.ts')]);
});

test.run();
