import { execFile } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startInference } from '../../models/start.js';
import type { FusedVectors, Inference } from '../../models/types.js';
import { superviseWorker } from '../../models/worker/supervisor.js';
import { writeRandomBundle, type RandomBundle } from './randomBundle.js';
import { refusal, scratchFolder } from './scratch.js';

const working = suite('worker');
let bundle: RandomBundle;
let inference: Inference;
working.before(async () => {
  bundle = writeRandomBundle();
  inference = await startInference(bundle.directory, { provider: 'cpu', threads: 1 });
});
working.after(async () => {
  await inference.close();
  bundle.remove();
});

const index = { priority: 'index' } as const;
const chunks = Array.from({ length: 60 }, (_, i) => `def name${i}(x):\n    return names[${'1'.repeat(i)}]\n`);
const request = { prefix: 'def f(', suffix: null, maxTokens: 12, stop: 'block' } as const;
const shown = ({ memory, scales, key }: FusedVectors): string => [memory, scales, key].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('hex')).join();

working('a blob gives each chunk a vector for every sixteen tokens and a file node of four', async () => {
  const { chunks: leaves, file } = await inference.fuseBlob(['a', '1'.repeat(33), '2'.repeat(128)], index);
  assert.equal(leaves.map((leaf) => [leaf.scales.length, leaf.memory.length, leaf.key.length]), [[1, 24, 16], [3, 72, 16], [8, 192, 16]]);
  assert.equal([file.scales.length, file.memory.length, file.key.length], [4, 96, 16]);
  for (const { memory, scales, key } of [...leaves, file]) {
    assert.is(Math.max(...memory.map(Math.abs)), 127);
    assert.ok(scales.every((scale) => scale > 0 && Number.isFinite(scale)));
    const length = Math.hypot(...key);
    assert.ok(length > 124 && length < 130, `a key of length ${length}`);
  }
});

working('a blob without chunks still has a file node, and a directory without children a node', async () => {
  const { chunks: none, file } = await inference.fuseBlob([], index);
  assert.equal([none.length, file.scales.length], [0, 4]);
  assert.is((await inference.fuseDirectory([], index)).scales.length, 2);
});

working('a directory node depends on its children, their names and their order', async () => {
  const { chunks: [one, two] } = await inference.fuseBlob(['first', 'second thing'], index);
  const fuse = async (names: string[], vectors: FusedVectors[]): Promise<string> =>
    shown(await inference.fuseDirectory(names.map((name, i) => ({ name, kind: 'file' as const, vectors: vectors[i]! })), index));
  const base = await fuse(['a.py', 'b.py'], [one!, two!]);
  assert.is(await fuse(['a.py', 'b.py'], [one!, two!]), base);
  assert.is.not(await fuse(['a.py', 'c.py'], [one!, two!]), base);
  assert.is.not(await fuse(['a.py', 'b.py'], [one!, one!]), base);
  const many = Array.from({ length: 100 }, (_, i) => `f${i}`);
  assert.is((await inference.fuseDirectory(many.map((name) => ({ name, kind: 'file', vectors: one! })), index)).scales.length, 2);
});

working('fusing a blob gives the same bytes alone, under load and among other blobs', async () => {
  const alone = await inference.fuseBlob(chunks, index);
  const crowd = [inference.fuseBlob(chunks.slice(3), index), inference.generate(request, {}), inference.fuseBlob(chunks, index), inference.embedQuery('x', { priority: 'completion' }), inference.fuseBlob(chunks, { priority: 'completion' })] as const;
  const results = await Promise.all(crowd);
  for (const again of [results[2], results[4]]) {
    assert.equal(again.chunks.map(shown), alone.chunks.map(shown));
    assert.is(shown(again.file), shown(alone.file));
  }
});

working('a chunk has the same vectors in every blob, so that those of another one stand for its text', async () => {
  const whole = await inference.fuseBlob(chunks, index);
  const [alone] = (await inference.fuseBlob([chunks[50]!], index)).chunks;
  assert.is(shown(alone!), shown(whole.chunks[50]!));
  const mixed = await inference.fuseBlob(chunks.map((text, i) => (i % 3 === 0 ? text : whole.chunks[i]!)), index);
  assert.equal(mixed.chunks.map(shown), whole.chunks.map(shown));
  assert.is(shown(mixed.file), shown(whole.file));
});

working('a completion asked for after a pile of indexing is answered before it', async () => {
  const order: string[] = [];
  const pile = Array.from({ length: 6 }, (_, i) => inference.fuseBlob(chunks, index).then(() => order.push(`index ${i}`)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const completion = inference.generate(request, {}).then(() => order.push('completion'));
  await Promise.all([...pile, completion]);
  assert.ok(order.indexOf('completion') < order.indexOf('index 5'), order.join());
  assert.equal(order.filter((each) => each !== 'completion'), [0, 1, 2, 3, 4, 5].map((i) => `index ${i}`));
});

working('aborted indexing is rejected with AbortError and the rest goes on', async () => {
  const controller = new AbortController();
  const doomed = inference.fuseBlob(chunks, { ...index, signal: controller.signal });
  const other = inference.fuseBlob(['a'], index);
  controller.abort();
  const error: unknown = await doomed.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof Error && error.name === 'AbortError');
  assert.is((await other).chunks.length, 1);
});

working('an aborted completion resolves as cancelled, also when it was aborted before it was sent', async () => {
  const controller = new AbortController();
  let heard = '';
  const answer = await inference.generate({ ...request, maxTokens: 120, stop: 'block' }, {
    signal: controller.signal,
    onText(text) {
      heard += text;
      controller.abort();
    },
  });
  if (answer.stopped !== 'eos') assert.is(answer.stopped, 'cancelled');
  assert.ok(answer.text.startsWith(heard) || heard.startsWith(answer.text));
  const early = await inference.generate(request, { signal: AbortSignal.abort() });
  assert.equal([early.stopped, early.text], ['cancelled', '']);
});

working('text is streamed in the order it is written', async () => {
  const pieces: string[] = [];
  const answer = await inference.generate(request, { onText: (text) => pieces.push(text) });
  assert.is(pieces.join(''), answer.text);
});

working('a query vector has unit length and is made of the text\'s end', async () => {
  const query = await inference.embedQuery('return names\n', { priority: 'completion' });
  assert.is(query.length, 16);
  assert.ok(Math.abs(Math.hypot(...query) - 1) < 1e-3);
  const end = '7'.repeat(128);
  assert.equal(await inference.embedQuery(`1234${end}`, index), await inference.embedQuery(end, index));
});

working('a bad request is refused alone: the worker lives on', async () => {
  const wrong = [{ memory: new Int8Array(10), scales: new Float32Array(1) }];
  assert.match(await refusal(() => inference.generate({ ...request, memory: wrong }, {})), /index again with this model/);
  assert.is((await inference.fuseBlob(['a'], index)).chunks.length, 1);
});

working('text prepared for a session is not run again, and what is written after it is the same', async () => {
  const memory = (await inference.fuseBlob(chunks.slice(40, 44), index)).chunks;
  const long = { ...request, prefix: chunks.slice(0, 6).join(''), memory, candidates: ['1111', 'name2(x)'] };
  const plain = await inference.generate(long, {});
  for (const suffix of [null, '\n    return 1\n']) {
    const expected = await inference.generate({ ...long, suffix }, {});
    const session = `prepared with ${suffix}`;
    await inference.prepare({ prefix: long.prefix, suffix, maxTokens: long.maxTokens, session }, {});
    const { text, tokens } = await inference.generate({ ...long, suffix, session }, {});
    assert.is(text, expected.text);
    assert.is(tokens.memory, expected.tokens.memory);
    assert.ok(tokens.reused >= tokens.prefix + tokens.suffix, `${tokens.reused} of ${tokens.prefix} + ${tokens.suffix}`);
    // Prepared once more, the memory that stands behind the text is not run again either.
    await inference.prepare({ prefix: long.prefix, suffix, maxTokens: long.maxTokens, session }, {});
    assert.ok((await inference.generate({ ...long, suffix, session }, {})).tokens.reused > tokens.reused);
  }
  assert.is((await inference.generate(long, {})).text, plain.text);
});

working('preparing stops when it is no longer wanted', async () => {
  const abort = new AbortController();
  abort.abort();
  const error = await inference.prepare({ prefix: chunks.join(''), suffix: null, maxTokens: 8, session: 'unwanted' }, { signal: abort.signal }).catch((reason: Error) => reason);
  assert.is((error as Error).name, 'AbortError');
});

working('the device says which provider is used and why', () => {
  assert.equal(inference.device(), { provider: 'cpu', float16: false, why: 'asked for', threads: 1 });
});

for (const [way, cause] of [['fail', /stopped \(out of memory\)/], ['exit', /stopped \(it ended by itself\)/]] as const) {
  working(`when the worker's thread ends (${way}) what was pending is rejected, and the next call starts it anew`, async () => {
    const supervisor = superviseWorker(new URL('./crashingWorker.js', import.meta.url), null, () => undefined);
    const call = (text: string): Promise<unknown> => supervisor.call({ kind: 'embedQuery', text }, { priority: 'index' });
    assert.is(await call('hello'), 'hello');
    const pending = refusal(() => call('silence'));
    assert.match(await refusal(() => call(way)), cause);
    assert.match(await pending, /try again, the next request starts it anew/);
    assert.is(await call('back'), 'back');
    const last = refusal(() => call('silence'));
    await supervisor.close();
    assert.match(await last, /was closed/);
    assert.match(await refusal(() => call('late')), /was closed/);
  });
}

working('a closed inference refuses further work, and an open one does not keep a process alive', async () => {
  const second = await startInference(bundle.directory, { provider: 'cpu', threads: 1 });
  await second.close();
  assert.match(await refusal(() => second.embedQuery('x', index)), /was closed/);
  const folder = scratchFolder();
  const script = `const { startInference } = await import(${JSON.stringify(new URL('../../models/start.js', import.meta.url).href)});
    const inference = await startInference(${JSON.stringify(bundle.directory)}, { provider: 'cpu', threads: 1 });
    console.log((await inference.embedQuery('x', { priority: 'index' })).length);`;
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], { cwd: folder.path }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  assert.is(output.trim(), '16');
  folder.remove();
});

working.run();
