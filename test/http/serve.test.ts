/** `hefc serve` and a real daemon: both protocols as their clients speak them, and which file a request is about. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { logPath } from '../../daemon/ipc/paths.js';
import { until, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { endServers, startServer, type Server } from './server.js';
import { ABOVE, fim, message, serveShop, TIME } from './shop.js';

const test = suite('http: serve');
const HEFC = { hefc: { timeout: 60_000 } };
const EXPECTED = 'send_parcel(item, basket.owner)';
const FIELDS = ['content', 'timings/prompt_n', 'timings/prompt_ms', 'timings/prompt_per_token_ms', 'timings/prompt_per_second', 'timings/predicted_n', 'timings/predicted_ms', 'timings/predicted_per_token_ms', 'timings/predicted_per_second', 'truncated', 'tokens_cached'];

/** The objects of a stream's events; its last event as it is. */
function events(text: string): { objects: Record<string, unknown>[]; last: string } {
  assert.ok(text.endsWith('\n\n'));
  const all = text.trim().split('\n\n').map((event) => event.replace(/^data: /, ''));
  return { objects: all.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one) as Record<string, unknown>), last: all.at(-1)! };
}

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
  const { content } = (await server.ask('/infill', fim('', { n_indent: 0, hefc: { confidence: 0 } }))).json();
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

test("no text of a request or of an answer stands in the daemon's log", () => {
  const log = readFileSync(logPath(), 'utf8');
  for (const text of ['send_par', 'basket.owner', 'again']) assert.not.match(log, text);
});

test.run();
