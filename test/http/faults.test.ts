/** `hefc serve`: who is let in, and every way to go wrong. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../daemon/ipc/client.js';
import { lockHolder } from '../../daemon/ipc/lock.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { lockPath } from '../../daemon/ipc/paths.js';
import { MAIN } from '../client/command.js';
import { until, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { endServers, startServer, type Server } from './server.js';
import { fim, message, PATIENCE, serveShop, tokenFile } from './shop.js';

const test = suite('http: faults');
let place: Surroundings;
let shop: TestRepository;
let server: Server;
test.before(async () => {
  ({ place, shop, server } = await serveShop());
});
test.after(async () => {
  endServers();
  await place.end();
});

test('without a token, or with a wrong one, nothing is answered', async () => {
  for (const [path, sent] of [['/infill', { method: 'POST', body: fim('x') }], ['/v1/models', {}], ['/metrics', {}], ['/api/recent', {}], ['/nowhere', {}]] as const) {
    const missing = await server.send(path, { ...sent, token: false });
    assert.is(missing.status, 401, path);
    assert.match(message(missing), 'hefc serve --show-token');
    // llama.vim sends an empty one where none is set.
    assert.is((await server.send(path, { ...sent, token: false, headers: { Authorization: 'Bearer ' } })).status, 401);
    const wrong = await server.send(path, { ...sent, token: `${server.token}x` });
    assert.is(wrong.status, 401);
    assert.match(message(wrong), 'the token is wrong');
  }
});

test('the token may come in the headers that llama.cpp and Azure name', async () => {
  for (const header of ['X-Api-Key', 'api-key']) assert.is((await server.send('/v1/models', { token: false, headers: { [header]: server.token } })).status, 200);
});

test('a page of another origin is refused, and so is a name that leads here; nothing is opened to other pages', async () => {
  for (const origin of ['https://example.com', 'null', 'http://127.0.0.1:1', `https${server.address.slice(4)}`]) {
    const reply = await server.ask('/infill', fim('x'), { headers: { Origin: origin } });
    assert.is(reply.status, 403, origin);
    assert.match(message(reply), 'origin');
  }
  for (const host of ['example.com', 'hefc.example.com:8012', '127.0.0.1.example.com', '0.0.0.0', '192.168.0.1:80']) {
    for (const path of ['/infill', '/health', '/']) assert.is((await server.send(path, { headers: { Host: host } })).status, 403, host);
  }
  const preflight = await server.send('/infill', { method: 'OPTIONS', headers: { Origin: 'https://example.com', 'Access-Control-Request-Method': 'POST' } });
  assert.is(preflight.status, 403);
  const own = await server.ask('/infill', fim('        send_par'), { headers: { Origin: server.address } });
  assert.is(own.status, 200);
  for (const reply of [preflight, own]) assert.equal(Object.keys(reply.headers).filter((name) => name.startsWith('access-control')), []);
});

test('a wrong method and an unknown path are named', async () => {
  const wrong = await server.send('/infill');
  assert.equal([wrong.status, wrong.headers.allow, message(wrong)], [405, 'POST', '/infill takes POST alone']);
  assert.is((await server.ask('/health', {})).status, 405);
  assert.is((await server.send('/v1/chat/completions', { method: 'POST', body: {} })).status, 404);
});

test('a malformed request is told what is wrong with it', async () => {
  for (const [path, body, why] of [
    ['/infill', '{"prompt": "x', 'the body is not JSON: '],
    ['/infill', '', 'the request has no body'],
    ['/infill', '[1]', 'the body must be a JSON object'],
    ['/infill', '{"prompt": 1}', 'prompt must be a string, not 1'],
    ['/infill', '{"prompt": "x", "stop": [1]}', 'stop must be a string or a list of strings'],
    ['/infill', '{"prompt": "x", "input_extra": {}}', 'input_extra must be a list'],
    ['/infill', '{"prompt": "x", "n_predict": "all"}', 'n_predict must be a number'],
    ['/v1/completions', '{}', 'prompt is missing'],
    ['/v1/completions', '{"prompt": ["a", "b"]}', 'prompt must be one string'],
    ['/v1/completions', '{"prompt": [[1, 2]]}', 'prompt must be a string'],
    ['/v1/completions', '{"prompt": "a", "n": 2}', 'n must be 1'],
    ['/v1/completions', '{"prompt": "a", "stream": "yes"}', 'stream must be true or false'],
    ['/v1/completions', '{"prompt": "a", "hefc": {"file": 1}}', 'file must be a string'],
  ] as const) {
    const reply = await server.send(path, { method: 'POST', body });
    assert.is(reply.status, 400, body);
    assert.match(message(reply), why);
    assert.not.match(message(reply), '\n');
  }
});

test('what is no HTTP is answered as that', async () => {
  const { hostname, port } = new URL(server.address);
  const socket = new Socket().connect(Number(port), hostname);
  socket.end('hello\r\n\r\n');
  let text = '';
  for await (const part of socket) text += String(part);
  assert.match(text, /^HTTP\/1\.1 400 /);
});

test('a document of 100 MB is refused, and its connection goes on', async () => {
  const { hostname, port } = new URL(server.address);
  const asked = (body: string): string => `POST /infill HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${server.token}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const socket = new Socket().connect(Number(port), hostname);
  socket.write(asked(JSON.stringify(fim('a'.repeat(100 * 1024 * 1024)))));
  socket.write(asked(JSON.stringify(fim('        send_par'))));
  let text = '';
  for await (const part of socket) if ((text += String(part)).includes('"timings"')) break;
  assert.equal([...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status), ['413', '200']);
  assert.match(text, 'larger than 8 MiB');
  assert.match(text, '"content":"cel(item, basket.owner)"');
});

test('a client that dies while it sends is forgotten', async () => {
  const { hostname, port } = new URL(server.address);
  for (const length of [1000, 100 * 1024 * 1024]) {
    const socket = new Socket().connect(Number(port), hostname);
    socket.write(`POST /infill HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${server.token}\r\nContent-Length: ${length}\r\n\r\n{"prompt": "`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
  }
  assert.is((await server.send('/health')).status, 200);
  assert.is(server.output().stderr, '');
});

test('a client that hangs up stops its completion', async () => {
  const totals = async (): Promise<number> => {
    const daemon = await connect(PATIENCE);
    const { given } = (await daemon.call('recent', {}, PATIENCE)).totals;
    daemon.close();
    return given['none/cancelled'] ?? 0;
  };
  const before = await totals();
  const daemon = lockHolder(lockPath())!;
  // Stopped, so that the call is under way for as long as this test needs.
  process.kill(daemon, 'SIGSTOP');
  try {
    const body = JSON.stringify(fim('        send_par', { hefc: { file: 'shop/order.py', timeout: 60_000 } }));
    const outgoing = request(`${server.address}/infill`, { method: 'POST', headers: { Authorization: `Bearer ${server.token}`, 'Content-Length': Buffer.byteLength(body) } });
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    await new Promise((resolve) => setTimeout(resolve, 500));
    outgoing.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    process.kill(daemon, 'SIGCONT');
  }
  await until('the cancelled completion was counted', async () => (await totals()) === before + 1);
  assert.match((await server.send('/metrics')).text, /hefc_http_requests_total\{endpoint="\/infill",status="499"\} \d+/);
});

test('a daemon killed under the server is started anew by the next request', async () => {
  const daemon = lockHolder(lockPath())!;
  process.kill(daemon, 'SIGKILL');
  await until('the daemon ended', () => lockHolder(lockPath()) !== daemon);
  assert.match((await server.send('/metrics')).text, '\nhefc_daemon_up 0\n');
  assert.equal((await server.send('/api/status')).json(), { daemon: null });
  const reply = await server.ask('/infill', fim('        send_par'));
  assert.equal([reply.status, reply.json().content], [200, 'cel(item, basket.owner)']);
});

test('the token is made once, for its owner alone, and shown on request', () => {
  assert.is(statSync(tokenFile()).mode & 0o777, 0o600);
  assert.match(server.output().stdout, server.token);
  const shown = spawnSync(process.execPath, [MAIN, 'serve', '--show-token'], { encoding: 'utf8' });
  assert.equal([shown.status, shown.stdout], [0, `${server.token}\n`]);
  chmodSync(tokenFile(), 0o644);
  const refused = spawnSync(process.execPath, [MAIN, 'serve', '--show-token'], { encoding: 'utf8' });
  chmodSync(tokenFile(), 0o600);
  assert.is(refused.status, 1);
  assert.match(refused.stderr, /^hefc: .*can be read by others.*chmod 600.*\n$/);
});

test('a second start keeps the token to itself; without one it warns and asks for none', async () => {
  const again = await startServer(['serve', '--port', '0'], shop.root);
  assert.not.match(again.output().stdout, server.token);
  assert.is((await again.send('/v1/models', { token: server.token })).status, 200);
  assert.is(await again.end(), 0);
  const open = await startServer(['serve', '--port', '0', '--no-token'], shop.root);
  assert.is((await open.ask('/infill', fim('        send_par'))).json().content, 'cel(item, basket.owner)');
  assert.is((await open.ask('/infill', fim('x'), { headers: { Origin: 'https://example.com' } })).status, 403);
  assert.match(open.output().stderr, 'WARNING: no token');
  assert.is(await open.end(), 0);
});

test('what cannot be served is refused in one line', () => {
  const { port } = new URL(server.address);
  for (const [args, cwd, code, why] of [
    [['--host', '0.0.0.0'], shop.root, 2, 'serves this machine alone'],
    [['--host', 'example.com'], shop.root, 2, 'serves this machine alone'],
    [['--port', '99999'], shop.root, 2, 'from 0 to 65535'],
    [['--port', port], shop.root, 1, `port ${port} is in use`],
    [['--port', '0'], place.folder, 4, 'not in a Git repository'],
    [['--port', '0', '--repo', '/nonexistent'], shop.root, 4, ''],
  ] as const) {
    const ran = spawnSync(process.execPath, [MAIN, 'serve', ...args], { cwd, encoding: 'utf8' });
    assert.is(ran.status, code, ran.stderr);
    assert.match(ran.stderr, /^hefc: [^\n]+\n$/);
    assert.match(ran.stderr, why);
  }
});

test('asked to end, the server answers what is under way, whatever connections stand open', async () => {
  const ending = await startServer(['serve', '--port', '0'], shop.root);
  ending.token = server.token;
  const agent = new Agent({ keepAlive: true });
  assert.is((await ending.send('/health', { agent })).status, 200);
  const daemon = lockHolder(lockPath())!;
  process.kill(daemon, 'SIGSTOP');
  const under = ending.ask('/infill', fim('        send_par', { hefc: { file: 'shop/order.py' } }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const ended = ending.end();
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(daemon, 'SIGCONT');
  assert.is((await under).json().content, 'cel(item, basket.owner)');
  assert.is(await ended, 0);
  agent.destroy();
});

const ipv6 = Object.values(networkInterfaces()).flat().some((one) => one?.address === '::1');
(ipv6 ? test : test.skip)('the other loopback address is served on request', async () => {
  const served = await startServer(['serve', '--port', '0', '--host', '::1'], shop.root);
  assert.match(served.address, '[::1]');
  assert.is((await served.send('/v1/models', { token: server.token, headers: { Origin: served.address } })).status, 200);
  assert.is(await served.end(), 0);
});

test('after an update of hefc the running server says so, and leaves the daemon of the new build alone', async () => {
  const copy = path.join(place.folder, 'installed');
  for (const part of ['client', 'daemon/ipc', 'hooks']) cpSync(path.join(packageRoot(), 'dist', part), path.join(copy, 'dist', part), { recursive: true });
  cpSync(path.join(packageRoot(), 'package.json'), path.join(copy, 'package.json'));
  // Of the same build as the daemon, until it is replaced.
  symlinkSync(path.join(packageRoot(), 'dist/.tsbuildinfo'), path.join(copy, 'dist/.tsbuildinfo'));
  symlinkSync(path.join(packageRoot(), 'node_modules'), path.join(copy, 'node_modules'));
  const old = await startServer(['serve', '--port', '0'], shop.root, path.join(copy, 'dist/client/hefc.cjs'));
  old.token = server.token;
  const daemon = lockHolder(lockPath());
  assert.is((await old.send('/api/status')).status, 200);
  rmSync(path.join(copy, 'dist/.tsbuildinfo'));
  writeFileSync(path.join(copy, 'dist/.tsbuildinfo'), '{}');
  for (const reply of [await old.send('/api/status'), await old.send('/metrics')]) {
    assert.is(reply.status, 503);
    assert.match(message(reply), 'hefc was updated');
  }
  assert.is(lockHolder(lockPath()), daemon);
  assert.is(await old.end(), 0);
});

test.run();
