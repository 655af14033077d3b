import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countMatches, pointableEntries, tokenBefore } from '../../models/pointable.js';
import { buildPrompt, type Prompt } from '../../models/prompt.js';
import { createHealing } from '../../models/session/healing.js';
import { createTokenizer } from '../../models/tokenizer.js';
import type { Manifest } from '../../models/bundle/manifest.js';
import type { GenerateRequest } from '../../models/types.js';
import { tinyTokenizer, writeRandomBundle } from './randomBundle.js';
import { refusal } from './scratch.js';

const prompting = suite('prompt');
const tokenizer = createTokenizer(tinyTokenizer().json);
const bundle = writeRandomBundle();
bundle.remove();
const ours: Manifest = { ...bundle.manifest, prompt: { windowTokens: 200, farTokens: 100 } };
const imported: Manifest = { ...ours, fuser: null, order: 'prefix-first', special: { ...ours.special, mem: null, snip: null, file: null } };
const heal = createHealing(tokenizer);
const names = new Map([...tokenizer.specials].map(([name, id]) => [id, name]));

function build(request: Partial<GenerateRequest> & { prefix: string }, manifest = ours): Promise<Prompt> {
  return buildPrompt({ suffix: null, maxTokens: 20, stop: 'line', ...request }, tokenizer, manifest, heal);
}

/** The prompt as text: special tokens by name, memory vectors as [v0]. */
function show({ rows }: Prompt): string {
  return Buffer.concat(rows.map((row) => (row < 0 ? Buffer.from(`[v${-1 - row}]`) : Buffer.from(names.get(row) ?? tokenizer.bytesOf(row))))).toString();
}

function vectors(count: number): { memory: Int8Array; scales: Float32Array } {
  return { memory: new Int8Array(count * 24).fill(3), scales: Float32Array.from({ length: count }, (_, v) => v + 1) };
}

const layouts: [string, Partial<GenerateRequest>, string][] = [
  ['a prefix alone', {}, '<pre><file>a=(<mid>'],
  ['a suffix', { suffix: ')\n' }, '<suf>)\n<pre><file>a=(<mid>'],
  ['an empty suffix', { suffix: '' }, '<suf><pre><file>a=(<mid>'],
  ['memory', { memory: [vectors(2), vectors(1)] }, '<pre><file>a=(<mem>[v0][v1][v2]<mid>'],
  ['pasted text, the best nearest', { pasted: [{ text: 'best\n' }, { text: 'second\n' }], pastedTokens: 50 }, '<snip>second\n<snip>best\n<pre><file>a=(<mid>'],
  ['no budget for pasted text', { pasted: [{ text: 'best\n' }] }, '<pre><file>a=(<mid>'],
  ['everything', { suffix: ')\n', memory: [vectors(1)], pasted: [{ text: 'p\n' }], pastedTokens: 50 }, '<snip>p\n<suf>)\n<pre><file>a=(<mem>[v0]<mid>'],
];
for (const [title, request, expected] of layouts) {
  prompting(`the layout with ${title}`, async () => assert.is(show(await build({ prefix: 'a=(', ...request })), expected));
}

prompting('an imported model gets its own order, and no marks without a suffix', async () => {
  assert.is(show(await build({ prefix: 'a=(', suffix: ')', memory: [vectors(2)] }, imported)), '<pre>a=(<suf>)<mid>');
  assert.is(show(await build({ prefix: 'a=(' }, imported)), 'a=(');
  const withoutMarks = { ...imported, special: { ...imported.special, pre: null, suf: null, mid: null } };
  assert.is(show(await build({ prefix: 'a=(', suffix: ')' }, withoutMarks)), 'a=(');
  assert.is(show(await build({ prefix: '' }, withoutMarks)), '<eos>');
});

prompting('memory is cut to the budget, and vectors of another model are refused', async () => {
  const prompt = await build({ prefix: 'a=(', memory: [vectors(10), vectors(10)] });
  assert.equal([prompt.tokens.memory, prompt.memory.length], [16, 16 * 24]);
  assert.is(new Set(prompt.keys.filter((key) => key < 0)).size, 10, 'equal vectors have equal keys, others differ');
  for (const [memoryBudget, taken] of [[4, 4], [18, 18], [0, 0]] as const) {
    assert.is((await build({ prefix: 'a=(', memory: [vectors(10), vectors(10)], memoryBudget })).tokens.memory, taken, 'a request may name its own budget');
  }
  assert.match(await refusal(() => build({ prefix: 'a', memory: [{ memory: new Int8Array(20), scales: new Float32Array(2) }] })), /Memory vectors of 10 numbers .* takes 24: index again/);
});

/** What may be copied: each token with the two before it, its vector's number, and ^ where it stands above the cursor. */
function copyable({ pointable }: Prompt): string[] {
  const text = (id: number): string => names.get(id) ?? Buffer.from(tokenizer.bytesOf(id)).toString();
  const before = (j: number, back: number): string => text(tokenBefore(pointable!, j, back, 0));
  return pointable!.tokens.map((token, j) => `${before(j, 2)} ${before(j, 1)} ${text(token)} ${pointable!.vectors[j]}${pointable!.above[j] ? ' ^' : ''}`);
}

const pointed: Manifest = { ...ours, pointer: { dim: 8, matchTokens: 4 } };

prompting('all text of the prompt may be copied, each piece by itself and no mark', async () => {
  const prompt = await build({ prefix: 'a=(', suffix: ')', pasted: [{ text: '12' }, { text: '3' }], pastedTokens: 50, memory: [vectors(1)] }, pointed);
  assert.is(show(prompt), '<snip>3<snip>12<suf>)<pre><file>a=(<mem>[v0]<mid>');
  assert.equal(copyable(prompt), [
    '<pad> <pad> 3 -1', '<pad> <pad> 1 -1', '<pad> 1 2 -1', '<pad> <pad> ) -1', '<pad> <pad> a -1 ^', '<pad> a = -1 ^', 'a = ( -1 ^',
  ]);
  assert.is((await build({ prefix: 'a=(' })).pointable, null, 'nothing without a pointer');
});

prompting('a token given back to be healed may not be copied', async () => {
  assert.equal(copyable(await build({ prefix: 'x=na' }, pointed)), ['<pad> <pad> x -1 ^', '<pad> x = -1 ^']);
});

prompting('texts of memory may be copied as far as their vectors entered the prompt', async () => {
  const digits = '0123456789'.repeat(3);
  const slices = async (...memory: { count: number; text?: string }[]): Promise<number[]> => {
    const { pointable } = await build({ prefix: '=', memory: memory.map(({ count, text }) => ({ ...vectors(count), ...(text !== undefined && { text }) })) }, pointed);
    return pointable!.vectors.slice(1);
  };
  const repeat = (count: number, vector: number): number[] => new Array<number>(count).fill(vector);
  assert.equal(await slices({ count: 2, text: digits }), [...repeat(16, 0), ...repeat(14, 1)]);
  assert.equal(await slices({ count: 1, text: digits }), repeat(16, 0));
  assert.equal(await slices({ count: 4 }, { count: 2, text: digits }), [...repeat(16, 4), ...repeat(14, 5)]);
  assert.equal(await slices({ count: 15 }, { count: 2, text: digits }, { count: 1, text: digits }), repeat(16, 15), 'the budget is 16 vectors');
  const shown = copyable(await build({ prefix: '=', memory: [{ ...vectors(2), text: digits }] }, pointed));
  assert.equal(shown.slice(1, 4), ['<pad> <pad> 0 0', '<pad> 0 1 0', '0 1 2 0']);
  assert.is(shown[17], '4 5 6 1', 'the tokens before a slice are those of the slice before it');
});

prompting('the file further up than the prompt may be copied too, as far as the bundle says', async () => {
  const prefix = Array.from({ length: 150 }, (_, i) => `a${i % 10}=b\n`).join('');
  const { pointable, tokens } = await build({ prefix }, pointed);
  const all = await tokenizer.encode(prefix);
  assert.ok(tokens.prefix <= 200 && tokens.prefix > 150);
  assert.equal(pointable!.tokens, [...all.slice(-tokens.prefix), ...all.slice(-tokens.prefix - 100, -tokens.prefix)]);
  assert.ok(pointable!.above.every(Boolean));
  assert.is(pointable!.depths[tokens.prefix], 0, 'it is a piece of its own');
  assert.is((await build({ prefix }, { ...pointed, prompt: { windowTokens: 200, farTokens: 0 } })).pointable!.tokens.length, tokens.prefix);
});

prompting('matches are counted back from an entry, inside its piece and no further than asked', () => {
  const { entries } = { entries: pointableEntries([{ ids: [1, 2, 3, 9], vector: null, above: true }, { ids: [3, 9, 3, 9], vector: 0, above: false }], 2) };
  const counted = (history: number[], reach: number): number[] => {
    const out = new Int32Array(10);
    countMatches(history, entries, reach, out, 1);
    return [...out.subarray(1, 9)];
  };
  assert.equal(counted([3, 2, 1], 4), [0, 0, 0, 3, 5, 6, 5, 6]);
  assert.equal(counted([3, 9, 3], 4), [0, 0, 0, 1, 5, 6, 5, 8]);
  assert.equal(counted([3, 9, 3], 2), [0, 0, 0, 1, 3, 4, 3, 5]);
  assert.equal(counted([], 4), [0, 0, 0, 0, 5, 5, 5, 5]);
});

const lines = Array.from({ length: 3000 }, (_, i) => `v${i} = f(${i % 10})\n`);

prompting('a long prefix begins at a line, fills most of the window, and keeps its start while typing', async () => {
  const starts = new Set<string>();
  let prefix = lines.join('');
  for (const typed of 'x = q(1, 2).') {
    prefix += typed;
    const prompt = await build({ prefix });
    const shown = show(prompt);
    const start = /^<pre>(v\d+ = .*)\n/.exec(shown)?.[1];
    assert.ok(start !== undefined, `starts at a line without <file>: ${shown.slice(0, 30)}`);
    starts.add(start);
    assert.ok(prompt.tokens.prefix <= 200 && prompt.tokens.prefix > 150, `${prompt.tokens.prefix} tokens`);
  }
  assert.ok(starts.size <= 2, `${starts.size} different starts over 12 keys`);
});

prompting('a suffix takes a quarter of the window at most, and its beginning is kept', async () => {
  const prompt = await build({ prefix: lines.join(''), suffix: `)${lines.join('')}` });
  assert.is(prompt.tokens.suffix, 50);
  assert.ok(prompt.tokens.prefix <= 150);
  assert.match(show(prompt), /^<suf>\)v0 = f\(0\)\n/);
});

prompting('prompt and completion never exceed the positions seen in training', async () => {
  const long = lines.join('');
  for (const pastedTokens of [0, 100, 300, 5000]) {
    for (const memory of [[], [vectors(16)]]) {
      for (const maxTokens of [10, 100, 5000]) {
        const prompt = await build({ prefix: long, suffix: long, pasted: [{ text: long }, { text: long }], pastedTokens, memory, maxTokens });
        assert.ok(prompt.rows.length + prompt.maxTokens <= 512, `${prompt.rows.length} + ${prompt.maxTokens}`);
        const wide = await build({ prefix: long, suffix: long, pastedTokens, memory: [vectors(600)], memoryBudget: 600, maxTokens });
        assert.ok(wide.rows.length + wide.maxTokens <= 512 && wide.tokens.memory === 256, `${wide.rows.length} + ${wide.maxTokens}`);
        assert.ok(prompt.tokens.pasted <= pastedTokens);
        assert.ok(prompt.tokens.prefix >= 60, `${prompt.tokens.prefix} tokens of prefix are left`);
      }
    }
  }
});

prompting.run();
