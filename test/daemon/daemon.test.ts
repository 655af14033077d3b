import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, stopDaemon, type Connection } from '../../daemon/ipc/client.js';
import { CallError, NoDaemonError } from '../../daemon/ipc/errors.js';
import { lockHolder } from '../../daemon/ipc/lock.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { lockPath, logPath, socketPath } from '../../daemon/ipc/paths.js';
import { PROTOCOL } from '../../daemon/ipc/protocol.js';
import { connectTo } from '../../daemon/ipc/transport.js';
import { makeSurroundings, until, type Surroundings } from './surroundings.js';

const test = suite('daemon');
let place: Surroundings;
test.before(() => {
  place = makeSurroundings();
});
test.after(() => place.end());

const PATIENCE = { timeout: 60_000 };

async function pidOf(connection: Connection): Promise<number> {
  return (await connection.call('status', {}, PATIENCE)).daemon.pid;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof CallError ? error.code : error instanceof NoDaemonError ? 'no daemon' : String(error)),
  );
}

const startsIn = (log: string): number => log.split('\n').filter((line) => / started /.test(line)).length;

test('without a daemon, a client that may not start one is told so', async () => {
  assert.is(await codeOf(connect({ start: false })), 'no daemon');
  assert.not.ok(existsSync(socketPath()));
});

test('a client follows no symlink to a runtime folder, and starts nothing', async () => {
  const before = process.env.HEFC_HOME;
  process.env.HEFC_HOME = join(place.folder, 'other-home');
  try {
    mkdirSync(join(place.folder, 'trap'), { mode: 0o700 });
    mkdirSync(process.env.HEFC_HOME);
    symlinkSync(join(place.folder, 'trap'), join(process.env.HEFC_HOME, 'run'));
    assert.is(await codeOf(connect(PATIENCE)), 'no daemon');
    assert.equal(readdirSync(join(place.folder, 'trap')), []);
  } finally {
    process.env.HEFC_HOME = before;
  }
});

test('twenty racing clients end with one daemon', async () => {
  const script = `import(${JSON.stringify(new URL('../../daemon/ipc/client.js', import.meta.url).href)}).then(async ({ connect }) => { const c = await connect({ timeout: 120000 }); const s = await c.call('status', {}); console.log(s.daemon.pid); c.close(); });`;
  const pids = await Promise.all(
    Array.from({ length: 20 }, () => new Promise<string>((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      let said = '';
      child.stdout.on('data', (data: Buffer) => (said += data.toString()));
      child.on('exit', () => resolve(said.trim()));
    })),
  );
  assert.is(new Set(pids).size, 1, pids.join(' '));
  assert.is(Number(pids[0]), lockHolder(lockPath()));
  assert.is(startsIn(readFileSync(logPath(), 'utf8')), 1);
});

test('a second daemon process says that one runs, leaves at once and harms nothing', async () => {
  const connection = await connect(PATIENCE);
  const second = spawn(process.execPath, [join(packageRoot(), 'dist', 'daemon', 'main.js')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  second.stderr.on('data', (data: Buffer) => (said += data.toString()));
  assert.is(await new Promise((resolve) => second.on('close', resolve)), 1);
  assert.match(said, new RegExp(`^hefc: a daemon runs already \\(process ${lockHolder(lockPath())}\\).*\n$`));
  assert.is(await pidOf(connection), lockHolder(lockPath()));
  connection.close();
});

test('socket, lock and log are for their owner alone', async () => {
  (await connect(PATIENCE)).close();
  for (const path of [lockPath(), logPath()]) assert.is(lstatSync(path).mode & 0o077, 0, path);
  assert.is(lstatSync(socketPath()).mode & 0o077, 0, 'socket');
});

test('a client of another build or protocol is told so, and may only stop the daemon', async () => {
  (await connect(PATIENCE)).close();
  const wire = await connectTo(socketPath(), 5000);
  const answers: { id: number; error?: { code: string } }[] = [];
  wire.onMessage = (message) => answers.push(message as (typeof answers)[number]);
  wire.send({ id: 1, method: 'hello', params: { protocol: PROTOCOL, build: '0.0.0+other' } });
  wire.send({ id: 2, method: 'status', params: {} });
  await until('two answers', () => answers.length === 2);
  assert.equal(answers.map((answer) => answer.error?.code), ['version', 'version']);
  const gone = new Promise<void>((resolve) => (wire.onClose = () => resolve()));
  wire.send({ id: 3, method: 'stop', params: {} });
  await gone;
  await until('the daemon ended', () => lockHolder(lockPath()) === undefined);
  const next = await connect(PATIENCE);
  assert.type(await pidOf(next), 'number');
  next.close();
});

test('methods that are not listed are refused, those of every object among them', async () => {
  const connection = await connect(PATIENCE);
  for (const method of ['toString', 'constructor', '__proto__', 'run']) assert.is(await codeOf(connection.call(method as never, {} as never, PATIENCE)), 'unsupported', method);
  connection.close();
});

test('after kill -9 the next call is answered by a new daemon', async () => {
  const connection = await connect(PATIENCE);
  const pid = await pidOf(connection);
  process.kill(pid, 'SIGKILL');
  await connection.closed;
  assert.is(await codeOf(connection.call('status', {}, PATIENCE)), 'no daemon');
  const next = await connect(PATIENCE);
  assert.is.not(await pidOf(next), pid);
  next.close();
});

test('a stopped (SIGSTOP) daemon costs a client no more than its deadline, and can be stopped for good', async () => {
  const connection = await connect(PATIENCE);
  const pid = await pidOf(connection);
  process.kill(pid, 'SIGSTOP');
  try {
    assert.is(await codeOf(connection.call('status', {}, { timeout: 300 })), 'timeout');
    assert.is(await codeOf(connect({ timeout: 300 })), 'timeout');
    // Just started, it may take its time to greet; long started, it may not.
    utimesSync(lockPath(), 1e9, 1e9);
    const failure: unknown = await connect({ timeout: 60_000, helloTimeout: 250 }).catch((error: unknown) => error);
    // What is left of the 250 ms once the socket has connected.
    assert.match((failure as Error).message, /within \d{1,3} ms/);
    assert.ok(await stopDaemon(300));
    await until('the daemon ended', () => lockHolder(lockPath()) === undefined);
  } finally {
    connection.close();
  }
  const next = await connect(PATIENCE);
  assert.is.not(await pidOf(next), pid);
  next.close();
});

test('SIGTERM ends the daemon in good order: no socket, no lock, no process', async () => {
  const connection = await connect(PATIENCE);
  const pid = await pidOf(connection);
  process.kill(pid, 'SIGTERM');
  await connection.closed;
  await until('the process ended', () => lockHolder(lockPath()) === undefined);
  assert.not.ok(existsSync(socketPath()));
  assert.match(readFileSync(logPath(), 'utf8'), /stopping why="SIGTERM"/);
});

test('a daemon whose socket was taken away leaves, and the next client has a new one', async () => {
  const connection = await connect(PATIENCE);
  const pid = await pidOf(connection);
  unlinkSync(socketPath());
  await connection.closed;
  const next = await connect(PATIENCE);
  assert.is.not(await pidOf(next), pid);
  next.close();
});

test('an idle daemon exits by itself, a busy connection or not', async () => {
  await stopDaemon();
  // Long enough that a slow machine's client still meets the daemon it started.
  process.env.HEFC_IDLE_MS = '3000';
  try {
    const connection = await connect(PATIENCE);
    await pidOf(connection);
    // Who only watches does not keep it.
    const watcher = await connect({ ...PATIENCE, watching: true });
    const watch = setInterval(() => void watcher.call('status', {}).catch(() => undefined), 200);
    await connection.closed;
    clearInterval(watch);
    await until('the daemon ended', () => lockHolder(lockPath()) === undefined);
    assert.match(readFileSync(logPath(), 'utf8'), /stopping why="idle"/);
  } finally {
    delete process.env.HEFC_IDLE_MS;
  }
});

test('a log that has grown is set aside, once', async () => {
  await stopDaemon();
  appendFileSync(logPath(), `${'x'.repeat(1100 * 1024)}\n`);
  const connection = await connect(PATIENCE);
  await pidOf(connection);
  connection.close();
  assert.ok(lstatSync(`${logPath()}.1`).size > 1024 * 1024);
  assert.ok(lstatSync(logPath()).size < 1024 * 1024);
});

test.run();
