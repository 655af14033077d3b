import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectRaw } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CallError, NoDaemonError } from '../../daemon/ipc/errors.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { MAX_MESSAGE_BYTES } from '../../daemon/ipc/protocol.js';
import { connectTo, serve, type Wire } from '../../daemon/ipc/transport.js';

/** Releases that were malicious or protestware. */
const BAD_NODE_IPC = ['9.1.6', '9.2.2', '9.2.3', '10.1.0', '10.1.1', '10.1.2', '10.1.3', '11.0.0', '11.1.0', '12.0.1'];

const test = suite('transport');
let folder = '';
let path = '';
let server: { close(): Promise<void> } | undefined;
let served: Wire[] = [];

async function start(onMessage: (wire: Wire, message: unknown) => void = (wire, message) => wire.send({ echo: message })): Promise<void> {
  server = await serve(path, (wire) => {
    served.push(wire);
    wire.onMessage = (message) => onMessage(wire, message);
  });
}

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'hefc-s-'));
  path = join(folder, 's.sock');
  served = [];
});
test.after.each(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

test('the installed node-ipc is the pinned one and none of the malicious releases', () => {
  const version = (file: string): string => (JSON.parse(readFileSync(join(packageRoot(), file), 'utf8')) as { version: string }).version;
  const pinned = (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { dependencies: Record<string, string> }).dependencies['node-ipc'];
  assert.is(version('node_modules/node-ipc/package.json'), pinned);
  assert.not.ok(BAD_NODE_IPC.includes(pinned ?? ''));
});

test('messages of any text arrive whole, in order, both ways', async () => {
  await start();
  const wire = await connectTo(path, 5000);
  const texts = ['', 'a\nb\fc\r', '\u2028 ✓ 𝒳', 'x'.repeat(300_000)];
  const got: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    wire.onMessage = (message) => {
      got.push((message as { echo: { text: string } }).echo.text);
      if (got.length === texts.length) resolve();
    };
  });
  for (const text of texts) wire.send({ text });
  await all;
  assert.equal(got, texts);
  wire.close();
});

test('a message over the cap is refused before it is sent', async () => {
  await start();
  const wire = await connectTo(path, 5000);
  assert.throws(() => wire.send({ text: 'x'.repeat(MAX_MESSAGE_BYTES) }), (error: unknown) => error instanceof CallError && error.code === 'usage');
  wire.close();
});

test('a peer that sends more than the cap in one line is told so and cut off', async () => {
  let messages = 0;
  await start(() => messages++);
  const socket = connectRaw(path);
  let answer = '';
  socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('error', () => undefined);
  const block = Buffer.alloc(1024 * 1024, 120);
  for (let sent = 0; sent <= MAX_MESSAGE_BYTES && !socket.destroyed; sent += block.length) socket.write(block);
  await closed;
  assert.is(messages, 0);
  if (answer !== '') assert.match(answer, /larger than 16 MiB/);
  const next = await connectTo(path, 5000);
  next.close();
});

test('what is not JSON is refused by name', async () => {
  await start();
  const socket = connectRaw(path);
  let answer = '';
  socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write('not json\n');
  await closed;
  assert.match(answer, /not JSON/);
});

test('each side learns that the other hung up', async () => {
  await start();
  const wire = await connectTo(path, 5000);
  const told = new Promise<void>((resolve) => (wire.onClose = () => resolve()));
  wire.send({ hello: 1 });
  await new Promise<void>((resolve) => (wire.onMessage = () => resolve()));
  const heard = new Promise<void>((resolve) => (served[0]!.onClose = () => resolve()));
  served[0]!.close();
  await Promise.all([told, heard]);
  assert.is(served.length, 1);
});

test('nobody listening is an error at once, not a retry', async () => {
  let error: unknown;
  await connectTo(path, 60_000).catch((failure: unknown) => (error = failure));
  assert.instance(error, NoDaemonError);
});

test('a path in use is not taken over', async () => {
  await start();
  let error: NodeJS.ErrnoException | undefined;
  await serve(path, () => undefined).catch((failure: NodeJS.ErrnoException) => (error = failure));
  assert.is(error?.code, 'EADDRINUSE');
  const wire = await connectTo(path, 5000);
  wire.close();
});

test.run();
