/** `hefc serve` and a real daemon: both protocols as their clients speak them, who is let in, and every way to go wrong. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../daemon/ipc/client.js';
import { lockHolder } from '../../daemon/ipc/lock.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { lockPath, logPath, stateFolder } from '../../daemon/ipc/paths.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, until, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { endServers, startServer, type Reply, type Server } from './server.js';

const test = suite('http: serve');
const PATIENCE = { timeout: 120_000 };
/** Long enough for a busy machine. */
const TIME = { t_max_prompt_ms: 30_000, t_max_predict_ms: 30_000 };
const HEFC = { hefc: { timeout: 60_000 } };
const ABOVE = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n`;
const EXPECTED = 'send_parcel(item, basket.owner)';
let place: Surroundings;
let shop: TestRepository;
let server: Server;

const tokenFile = (): string => path.join(stateFolder(), 'http-token');
const keptToken = (): string => readFileSync(tokenFile(), 'utf8').trim();

test.before(async () => {
  place = makeSurroundings();
  shop = place.repository('shop');
  shop.commit(SHOP);
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  daemon.close();
  server = await startServer(['serve', '--port', '0'], shop.root);
  server.token = keptToken();
});
test.after(async () => {
  endServers();
  await place.end();
});

/** What llama.vim sends at a cursor. */
const fim = (prompt: string, more: object = {}): object => ({
  id_slot: 0, input_prefix: ABOVE, input_suffix: '\n', input_extra: [], prompt, n_predict: 128, stop: [], n_indent: 8, top_k: 40, top_p: 0.9,
  samplers: ['top_k', 'top_p', 'infill'], stream: false, cache_prompt: true, model: '', ...TIME, ...more,
});
const FIELDS = ['content', 'timings/prompt_n', 'timings/prompt_ms', 'timings/prompt_per_token_ms', 'timings/prompt_per_second', 'timings/predicted_n', 'timings/predicted_ms', 'timings/predicted_per_token_ms', 'timings/predicted_per_second', 'truncated', 'tokens_cached'];

/** The objects of a stream's events; its last event as it is. */
function events(text: string): { objects: Record<string, unknown>[]; last: string } {
  assert.ok(text.endsWith('\n\n'));
  const all = text.trim().split('\n\n').map((event) => event.replace(/^data: /, ''));
  return { objects: all.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one) as Record<string, unknown>), last: all.at(-1)! };
}
const message = (reply: Reply): string => reply.json<{ error: { message: string } }>().error.message;

test('a place is completed as llama.vim asks for it, on one line, with the fields it names', async () => {
  const reply = await server.ask('/infill', fim('        send_par', { response_fields: FIELDS }));
  assert.is(reply.status, 200, reply.text);
  assert.not.match(reply.text, '\n');
  // llama.vim looks for exactly this before it reads the JSON.
  assert.match(reply.text, '"content":"');
  const found = reply.json();
  assert.equal(Object.keys(found), FIELDS);
  assert.is(found.content, 'cel(item, basket.owner)');
  assert.ok((found['timings/predicted_n'] as number) > 0);
});

test('a line that holds blanks alone is asked for from its beginning, and comes with its indentation', async () => {
  const { content } = (await server.ask('/infill', fim('', { n_indent: 0 }))).json();
  assert.is(content, `        ${EXPECTED}`);
});

test("requests that fill a model server's cache are answered at once", async () => {
  const warm = { input_prefix: '', input_suffix: '', input_extra: [{ text: 'x\n', time: [1, 2], filename: 'shop/basket.py' }], prompt: '', n_predict: 0, temperature: 0, samplers: [], stream: false, cache_prompt: true, t_max_prompt_ms: 1, t_max_predict_ms: 1 };
  assert.equal((await server.ask('/infill', { ...warm, response_fields: [''] })).json(), {});
  assert.is((await server.ask('/infill', warm)).json().content, '');
});

test('a stream of /infill brings the text in pieces and ends with the whole answer', async () => {
  const reply = await server.ask('/infill', fim('        send_par', { stream: true }));
  assert.match(String(reply.headers['content-type']), 'text/event-stream');
  const { objects } = events(reply.text);
  assert.is(objects.map(({ content }) => content).join(''), 'cel(item, basket.owner)');
  assert.equal(objects.map(({ stop }) => stop), [...objects.slice(1).map(() => false), true]);
});

test('a place is completed as an OpenAI client asks for it, whole and as a stream', async () => {
  const asked = { model: 'any', prompt: `${ABOVE}        `, suffix: '\n', max_tokens: 64, temperature: 0, ...HEFC };
  const whole = (await server.ask('/v1/completions', asked)).json<{ object: string; model: string; choices: { text: string; finish_reason: string }[]; usage: { total_tokens: number } }>();
  assert.is(whole.object, 'text_completion');
  assert.equal(whole.choices, [{ text: EXPECTED, index: 0, logprobs: null, finish_reason: 'stop' }] as never);
  assert.ok(whole.usage.total_tokens > 20);
  const { objects, last } = events((await server.ask('/v1/completions', { ...asked, stream: true, stream_options: { include_usage: true } })).text);
  assert.is(last, '[DONE]');
  const choices = objects.flatMap((one) => one.choices as { text: string; finish_reason: string | null }[]);
  assert.is(choices.map(({ text }) => text).join(''), EXPECTED);
  assert.is(choices.at(-1)!.finish_reason, 'stop');
  assert.ok((objects.at(-1) as { usage: { total_tokens: number } }).usage.total_tokens > 20);
});

test("a prompt with a model's own marks around prefix and suffix is taken apart", async () => {
  for (const [begin, middle, end] of [['<fim_prefix>', '<fim_suffix>', '<fim_middle>'], ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>']]) {
    const { choices } = (await server.ask('/v1/completions', { prompt: `${begin}${ABOVE}        ${middle}\n${end}`, ...HEFC })).json<{ choices: { text: string }[] }>();
    assert.is(choices[0]!.text, EXPECTED);
  }
});

test('stop strings end the text, no text is written where none is asked for, and echo gives the prompt back', async () => {
  const asked = { prompt: `${ABOVE}        `, stop: [' basket', ','], ...HEFC };
  const { choices } = (await server.ask('/v1/completions', asked)).json<{ choices: { text: string }[] }>();
  assert.is(choices[0]!.text, 'send_parcel(item');
  const none = (await server.ask('/v1/completions', { ...asked, max_tokens: 0, echo: true })).json<{ choices: { text: string; finish_reason: string }[] }>();
  assert.is(none.choices[0]!.text, asked.prompt);
  assert.is(none.choices[0]!.finish_reason, 'length');
});

test('models are listed, and the server says that it lives, to whoever asks', async () => {
  const { data } = (await server.send('/v1/models')).json<{ data: { id: string }[] }>();
  assert.is(data.length, 1);
  assert.match(data[0]!.id, /^nano/);
  const health = await server.send('/health', { token: false });
  assert.equal([health.status, health.json()], [200, { status: 'ok' }]);
});

test('metrics are in the text format of Prometheus', async () => {
  await server.send('/nowhere');
  const { headers, text } = await server.send('/metrics');
  assert.match(String(headers['content-type']), 'text/plain; version=0.0.4');
  for (const line of text.trimEnd().split('\n')) assert.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? [\d.e+-]+)$/);
  const value = (name: string): number => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ').at(-1));
  assert.ok(value('hefc_http_requests_total{endpoint="/infill",status="200"}') >= 4);
  assert.is(value('hefc_http_requests_total{endpoint="other",status="404"}'), 1);
  assert.ok(value('hefc_http_request_duration_seconds_count{endpoint="/infill"}') >= 4);
  assert.is(value(`hefc_indexed_share{repository="${shop.root}"}`), 1);
  assert.is(value('hefc_daemon_up'), 1);
  const given = [...text.matchAll(/^hefc_completions_total\{.*reason="ok"\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.ok(given >= 8);
  assert.ok(value('hefc_completion_duration_seconds_bucket{le="+Inf"}') >= given);
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

test('a document above what is completed is no error', async () => {
  const found = (await server.ask('/infill', fim(`# ${'a'.repeat(2 * 1024 * 1024)}`))).json<{ content: string; hefc: { reason: string } }>();
  assert.equal([found.content, found.hefc.reason], ['', 'file-refused']);
});

const curl = spawnSync('curl', ['--version']).status === 0;
(curl ? test : test.skip)('curl, called as llama.vim calls it, gets the line; with a large document it is told before it sends it', () => {
  const call = (body: string): string => execFileSync('curl', ['--silent', '--no-buffer', '--request', 'POST', '--url', `${server.address}/infill`, '--header', 'Content-Type: application/json', '--data', '@-', '--header', `Authorization: Bearer ${server.token}`], { input: body, encoding: 'utf8', maxBuffer: 1e8 });
  assert.is((JSON.parse(call(JSON.stringify(fim('        send_par')))) as { content: string }).content, 'cel(item, basket.owner)');
  assert.match(call(JSON.stringify(fim('a'.repeat(20 * 1024 * 1024)))), '8 MiB');
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

/** Which file the request was taken for, relative to the repository. */
async function fileOf(body: object, headers: Record<string, string> = {}): Promise<string> {
  const reply = await server.ask('/infill', { n_predict: 8, ...TIME, ...body }, { headers });
  assert.is(reply.status, 200, reply.text);
  return path.relative(shop.root, reply.json<{ hefc: { file: string } }>().hefc.file);
}

test('the edited file is found by its lines, or by its name', async () => {
  assert.is(await fileOf({ input_prefix: ABOVE, prompt: '    ' }), 'shop/order.py');
  assert.is(await fileOf({ input_prefix: 'def send_parcel(item, owner):\n', prompt: '    lab', input_suffix: '\n    return label.attach(item)\n' }), 'shop/deep/parcel.py');
  assert.is(await fileOf({ prompt: 'x', hefc: { file: 'web/new.ts' } }), 'web/new.ts');
  assert.is(await fileOf({ prompt: 'x' }, { 'X-Hefc-File': path.join(shop.root, 'web', 'n%C3%A4me.ts') }), 'web/näme.ts');
});

test('a file that is not committed is found among those whose pieces the client sends; else its language is guessed', async () => {
  shop.write({ 'web/fresh.ts': 'export const harbour = openHarbour();\nexport const lighthouse = harbour.lighthouse();\n' });
  const fresh = { input_prefix: 'export const harbour = openHarbour();\nexport const lighthouse = harbour.lighthouse();\n', prompt: 'const ' };
  assert.is(await fileOf({ ...fresh, input_extra: [{ filename: 'shop/basket.py', text: '' }, { filename: 'web/fresh.ts', text: '' }] }), 'web/fresh.ts');
  assert.is(await fileOf(fresh), 'untitled.js');
  assert.is(await fileOf({ input_prefix: 'import os\n\ndef list_it(place):\n', prompt: '    return os.' }), 'untitled.py');
  rmSync(path.join(shop.root, 'web/fresh.ts'));
});

test('no file outside the repository is named, followed or read', async () => {
  const outside = path.join(place.folder, 'outside');
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'other.py'), 'alpha = compute_alpha()\nbeta = compute_beta()\n');
  symlinkSync(outside, path.join(shop.root, 'linked'));
  for (const file of ['../outside/other.py', path.join(outside, 'other.py'), 'linked/other.py', '/etc/passwd', '.', '', 'a\0b']) {
    const reply = await server.ask('/infill', fim('x', { hefc: { file } }));
    assert.is(reply.status, 400, file);
    assert.match(message(reply), 'no path in');
  }
  const text = { input_prefix: 'alpha = compute_alpha()\nbeta = compute_beta()\n', prompt: '', input_extra: [{ filename: path.join(outside, 'other.py'), text: '' }, { filename: 'linked/other.py', text: '' }] };
  assert.is(await fileOf(text), 'untitled.txt');
  rmSync(path.join(shop.root, 'linked'));
});

test('requests that overlap are all answered', async () => {
  const replies = await Promise.all([1, 2, 3, 4].map(() => server.ask('/infill', fim('        send_par'))));
  assert.equal(replies.map((reply) => reply.json().content), replies.map(() => 'cel(item, basket.owner)'));
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

test('a repository that is not indexed is completed from what is sent, and said to be', async () => {
  const bare = place.repository('bare');
  bare.commit({ 'a.py': 'x = 1\n' });
  const served = await startServer(['serve', '--port', '0', '--repo', bare.root], place.folder);
  served.token = server.token;
  await until('the warning', () => served.output().stderr.includes('is not indexed'));
  const reply = await served.ask('/infill', fim('        send_par'));
  assert.is(reply.status, 200);
  assert.is(path.dirname(reply.json<{ hefc: { file: string } }>().hefc.file), bare.root);
  assert.equal((await served.send('/api/tree')).json().tree, null);
  assert.is(await served.end(), 0);
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

test("no text of a request or of an answer stands in the daemon's log", () => {
  const log = readFileSync(logPath(), 'utf8');
  for (const text of ['send_par', 'basket.owner', 'again']) assert.not.match(log, text);
});

test.run();
