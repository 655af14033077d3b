import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPrompt } from '../../models/prompt.js';
import { logSum } from '../../models/session/logSum.js';
import { generate } from '../../models/session/generate.js';
import { createCacheShelf, createKeyValueCache } from '../../models/session/keyValueCache.js';
import { emptyTree } from '../../models/session/tree.js';
import type { GenerateRequest } from '../../models/types.js';
import type { LoadedModel } from '../../models/worker/load.js';
import { answer, loadRandom, loadReciting } from './loaded.js';
import { gaussian } from './randomBundle.js';

const generating = suite('generate');
const source = 'def name(x):\n    return names\n\nclass Größe:\n    def run(self):\n        self.name = [1, 2, 3]\n        re';
let model: LoadedModel;
let pointing: LoadedModel;
generating.before(async () => {
  model = await loadRandom({ generator: { tied: false } });
  pointing = await loadRandom({ generator: { tied: false }, pointer: { dim: 16, matchTokens: 8 } });
});
/** Every answer is that of running everything anew, whether the model copies or only writes. */
const both: [string, () => LoadedModel][] = [['', () => model], [', with a pointer', () => pointing]];

function memory(vectors: number, seed: number): NonNullable<GenerateRequest['memory']> {
  const next = gaussian(seed);
  const item = { memory: Int8Array.from({ length: vectors * 24 }, () => Math.round(40 * next())), scales: new Float32Array(vectors).fill(0.02) };
  return [{ ...item, text: 'class Name:\n    def names(self, value):\n        return self.value\n\n'.repeat(2) }];
}

/** Log-probabilities after a whole prompt and further tokens, run from nothing in one piece. */
async function fromNothing(loaded: LoadedModel, request: GenerateRequest, further: number[]): Promise<{ next: Float32Array; promptLength: number }> {
  const { manifest, tokenizer, heal, generator, pointer } = loaded.generate;
  const prompt = await buildPrompt(request, tokenizer, manifest, heal);
  const given = { memory: prompt.memory, memoryRows: prompt.memoryRows, copies: pointer === null ? null : await pointer.copies(prompt) };
  const { next } = await generator.run(createKeyValueCache(generator.rowFloats), [...prompt.rows, ...further], given, emptyTree());
  return { next, promptLength: prompt.rows.length };
}

function mostProbable(row: Float32Array): number {
  const { tokenizer, manifest } = model.generate;
  return row.reduce((best, value, token) => (value > row[best]! && (token === manifest.special.eos || tokenizer.bytesOf(token).length > 0) ? token : best), manifest.special.eos);
}

const requests: [string, GenerateRequest][] = [
  ['a prefix alone', { prefix: source.slice(0, -11), suffix: null, maxTokens: 24, stop: 'block' }],
  ['a suffix', { prefix: 'x = [', suffix: ']\nprint(x)\n', maxTokens: 24, stop: 'block' }],
  ['memory', { prefix: 'def f(', suffix: null, memory: memory(7, 2), maxTokens: 24, stop: 'block' }],
];
for (const [title, request] of requests) for (const [kind, loaded] of both) {
  generating(`greedy text over the cache, speculating, is that of running everything anew at each token: ${title}${kind}`, async () => {
    const { tokenizer, manifest } = loaded().generate;
    const plain: number[] = [];
    let logProb = 0;
    while (plain.length < 24) {
      const { next } = await fromNothing(loaded(), request, plain);
      const token = mostProbable(next);
      logProb += next[token]!;
      if (token === manifest.special.eos) break;
      plain.push(token);
    }
    const text = Buffer.concat(plain.map((token) => tokenizer.bytesOf(token))).toString();
    const candidateSets = [undefined, ['wrong'], [text.slice(0, 9) + 'zz', text], [text]];
    for (const candidates of candidateSets) {
      const got = await answer(loaded(), { ...request, ...(candidates === undefined ? {} : { candidates }) });
      assert.is(Buffer.from(got.text).toString('hex'), Buffer.from(text).toString('hex'));
      assert.is(got.tokens.generated, plain.length);
      assert.ok(Math.abs(got.logProb - logProb) < 1e-2, `${got.logProb} instead of ${logProb}`);
      assert.is(got.pieces.join(''), got.text);
    }
  });
}

for (const [kind, loaded] of both) generating(`candidates scored in one tree have the scores of each run alone from nothing${kind}`, async () => {
  const { tokenizer, enders } = loaded().generate;
  const request: GenerateRequest = { prefix: 'def name(x):\n    x =', suffix: null, memory: memory(3, 4), maxTokens: 24, stop: 'line' };
  const candidates = ['name', 'names', 'name.name', 'return', '', 'é☕', ...Array.from({ length: 40 }, (_, i) => `value_${i} = other(${i * 7})`)];
  const { candidates: scored } = await answer(loaded(), { ...request, candidates });
  assert.equal(scored.map((each) => each.text), candidates);
  for (const index of [0, 1, 2, 3, 4, 5, 6, 20, 45]) {
    const ids = await tokenizer.encode(candidates[index]!);
    let logProb = 0;
    for (const [i, id] of ids.entries()) logProb += (await fromNothing(loaded(), request, ids.slice(0, i))).next[id]!;
    logProb += logSum((await fromNothing(loaded(), request, ids)).next, enders);
    assert.is(scored[index]!.tokens, ids.length);
    assert.ok(Math.abs(scored[index]!.logProb - logProb) < 1e-2, `${candidates[index]}: ${scored[index]!.logProb} instead of ${logProb}`);
  }
});

generating('the first candidate is the draft: what the model agrees with costs no further run', async () => {
  const reciting = await loadReciting('names=[1,2]\n');
  const request = { prefix: 'x\n', suffix: null, maxTokens: 24, stop: 'line' as const, candidates: ['names=[1,2]', 'other'] };
  const steps = generate(request, reciting.generate, { cancelled: () => false, queued: 0, onText: () => undefined });
  const first = await steps.next();
  assert.is(first.done, true);
  assert.ok(first.done === true);
  assert.is(first.value.text, 'names=[1,2]');
  assert.is(first.value.stopped, 'line');
  assert.is(first.value.tokens.accepted, first.value.tokens.drafted);
  assert.ok(first.value.candidates[0]!.logProb > first.value.candidates[1]!.logProb);
  assert.ok(Math.abs(first.value.candidates[0]!.logProb - first.value.logProb) < 1e-2, 'the same line has the same score in both lanes');
});

generating('other lines have the scores of each run alone, and leave the greedy one as it is', async () => {
  const reciting = await loadReciting('names=[1,2]\n');
  const { tokenizer, enders } = reciting.generate;
  const request: GenerateRequest = { prefix: 'x\n', suffix: null, memory: memory(3, 4), maxTokens: 24, stop: 'line', candidates: ['other', 'self=[1'] };
  const plain = await answer(reciting, request);
  const got = await answer(reciting, { ...request, alternatives: 4, session: 'file:alternatives' });
  assert.equal([got.text, got.candidates, got.logProb], [plain.text, plain.candidates, plain.logProb]);
  assert.ok(got.alternatives.length >= 2, JSON.stringify(got.alternatives));
  for (const { text, tokens, logProb } of got.alternatives) {
    assert.is.not(text, got.text);
    const ids = await tokenizer.encode(text);
    let sum = logSum((await fromNothing(reciting, request, ids)).next, enders);
    for (const [i, id] of ids.entries()) sum += (await fromNothing(reciting, request, ids.slice(0, i))).next[id]!;
    assert.ok(tokens - ids.length <= 1, `${text}: the line's end is one token at most`);
    assert.ok(Math.abs(sum - logProb) < 1e-2, `${text}: ${logProb} instead of ${sum}`);
  }
  assert.is((await answer(reciting, { ...request, session: 'file:alternatives' })).text, plain.text, 'the cache holds nothing of the other lines');
});

generating('a candidate that is wrong in one token is put right where the model knows better', async () => {
  const reciting = await loadReciting('names=[1,2]\n');
  const got = await answer(reciting, { prefix: 'x\n', candidates: ['names=[1,3]'], alternatives: 1 });
  assert.is(got.text, 'names=[1,2]');
  const { alternatives } = await answer(reciting, { prefix: 'x\n', candidates: ['names=[1,3]'] });
  assert.equal(alternatives, []);
});

generating('a line ends at the newline, which is not part of the text; a block goes on until the model ends it', async () => {
  const reciting = await loadReciting('return x\ndef:');
  const line = await answer(reciting, { prefix: 'a\n' });
  assert.equal([line.text, line.stopped], ['return x', 'line']);
  const block = await answer(reciting, { prefix: 'a\n', stop: 'block' });
  assert.equal([block.text, block.stopped], ['return x\ndef:', 'eos']);
  const short = await answer(reciting, { prefix: 'a\n', stop: 'block', maxTokens: 3 });
  assert.equal([short.text, short.stopped, short.tokens.generated], ['return x', 'length', 3]);
});

generating('int8 weights recite the same', async () => {
  const reciting = await loadReciting('names=[1,2]\n', '<mid>', { precision: 'int8' });
  const got = await answer(reciting, { prefix: 'x\n', suffix: '\ny', memory: memory(4, 1), candidates: ['names=[1', 'no'] });
  assert.equal([got.text, got.stopped, got.tokens.memory], ['names=[1,2]', 'line', 4]);
  assert.ok(got.candidates[0]!.logProb > got.candidates[1]!.logProb);
});

generating('memory vectors and marks are never drafted, even when the text so far stands right before them', async () => {
  const reciting = await loadReciting('=[1]\n');
  const got = await answer(reciting, { prefix: 'x=[', memory: memory(4, 1) });
  assert.equal([got.text, got.stopped, got.tokens.memory, got.tokens.drafted], ['=[1]', 'line', 4, 0]);
  const without = await answer(reciting, { prefix: 'x=[' });
  assert.equal([without.text, without.tokens.drafted], ['=[1]', 0]);
});

generating('a candidate too long to be scored at once is left out, the others keep their order', async () => {
  const got = await answer(model, { prefix: 'x\n', candidates: ['1', '2'.repeat(129), '3'] });
  assert.equal(got.candidates.map((each) => each.text), ['1', '3']);
});

generating('a carriage return before the newline is not part of the line', async () => {
  const reciting = await loadReciting('names\r\n');
  const got = await answer(reciting, { prefix: 'a\n' });
  assert.equal([got.text, got.pieces], ['names', ['names']]);
  assert.is((await answer(reciting, { prefix: 'a\n', stop: 'block' })).text, 'names\r\n');
});

generating('characters of several tokens are streamed whole', async () => {
  const reciting = await loadReciting('a☕é');
  const got = await answer(reciting, { prefix: 'x\n' });
  assert.equal([got.text, got.pieces], ['a☕é', ['a', '☕', 'é']]);
});

generating('a cursor inside an identifier gives back its last token and goes on with the whole word', async () => {
  const reciting = await loadReciting('names\n');
  for (const [prefix, rest] of [['x=na', 'mes'], ['x=name', 's'], ['x.name', 's'], ['x=', 'names']] as const) {
    const got = await answer(reciting, { prefix });
    assert.equal([prefix, got.text, got.stopped], [prefix, rest, 'line']);
    const [scored] = (await answer(reciting, { prefix, candidates: [rest] })).candidates;
    assert.ok(Math.abs(scored!.logProb - got.logProb) < 1e-2, `${prefix}: the same line has the same score in both lanes`);
  }
});

generating('a space before the cursor is given back where the tokenizer glues it to the next word', async () => {
  const reciting = await loadReciting(' return\n');
  assert.is((await answer(reciting, { prefix: 'x: ' })).text, 'return');
});

generating('a second request in the same file runs only what is new, and refreshed memory only itself', async () => {
  const session = 'file:1';
  const ask = (prefix: string, seed: number, kept?: string): ReturnType<typeof answer> =>
    answer(model, { prefix, suffix: '\nend\n', memory: memory(5, seed), ...(kept === undefined ? {} : { session: kept }) });
  const first = await ask(`${source}turn(`, 1, session);
  assert.is(first.tokens.reused, 0);
  const again = await ask(`${source}turn(`, 1, session);
  const inFile = again.tokens.prefix + again.tokens.suffix;
  assert.is(again.tokens.reused, inFile + 4 + 5, 'all but the last of marks, text and memory');
  const refreshed = await ask(`${source}turn(`, 9, session);
  assert.is(refreshed.tokens.reused, inFile + 4, 'everything up to the first memory vector');
  const typed = await ask(`${source}turn([`, 9, session);
  assert.is(typed.tokens.reused, inFile + 3, 'everything up to the new token');
  for (const [kept, prefix, seed] of [[again, `${source}turn(`, 1], [refreshed, `${source}turn(`, 9], [typed, `${source}turn([`, 9]] as const) {
    const fresh = await ask(prefix, seed);
    assert.equal([kept.text, fresh.tokens.reused], [fresh.text, 0]);
  }
});

generating('cancelling between steps keeps what was written', async () => {
  const whole = await answer(model, { prefix: source, stop: 'block' });
  let asked = 0;
  const partial = await answer(model, { prefix: source, stop: 'block' }, () => ++asked > 3);
  assert.is(partial.stopped, 'cancelled');
  assert.ok(partial.tokens.generated > 0 && partial.tokens.generated < whole.tokens.generated);
  assert.ok(whole.text.startsWith(partial.text));
  const none = await answer(model, { prefix: source }, () => true);
  assert.equal([none.stopped, none.text, none.tokens.generated], ['cancelled', '', 0]);
});

generating('a deadline that passes ends decoding with what was written', async () => {
  const late = await answer(model, { prefix: source, deadline: Date.now() - 1 });
  assert.equal([late.stopped, late.text], ['deadline', '']);
  const deadline = Date.now() + 1500;
  const steps = generate({ prefix: source, suffix: null, maxTokens: 24, stop: 'block', deadline }, model.generate, { cancelled: () => false, queued: 0, onText: () => undefined });
  assert.is((await steps.next()).done, false);
  while (Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  const end = await steps.next();
  assert.ok(end.done === true);
  assert.is(end.value.stopped, 'deadline');
  assert.ok(end.value.tokens.generated > 0);
});

generating('without tokens of its own a prompt still gets an answer', async () => {
  const got = await answer(model, { prefix: '', suffix: '' });
  assert.ok(got.tokens.generated > 0 || got.stopped === 'eos');
});

generating('a request that is cancelled, late or abandoned keeps no more caches than the limits allow', async () => {
  const { generator } = model.generate;
  const long: GenerateRequest = { prefix: 'x = 1\n'.repeat(100), suffix: null, maxTokens: 24, stop: 'block', session: 'b' };
  const ends: [string, (steps: ReturnType<typeof generate>, stop: () => void) => Promise<unknown>][] = [
    ['cancelled', async (steps, stop) => {
      stop();
      const end = await steps.next();
      assert.ok(end.done === true);
      assert.is(end.value.stopped, 'cancelled');
    }],
    ['abandoned', (steps) => steps.return(undefined as never)],
  ];
  for (const [title, end] of ends) {
    const shelf = createCacheShelf(generator.rowFloats, { sessions: 1, bytes: 1e12 });
    shelf.take('a').append(1, new Float32Array(generator.rowFloats), 0);
    let cancelled = false;
    const steps = generate(long, { ...model.generate, shelf }, { cancelled: () => cancelled, queued: 0, onText: () => undefined });
    assert.is((await steps.next()).done, false, 'the prompt takes more than one run');
    await end(steps, () => {
      cancelled = true;
    });
    assert.is(shelf.take('a').keys.length, 0, title);
  }
});

generating('caches beyond the limits are let go, the least recently used first', () => {
  const shelf = createCacheShelf(1, { sessions: 2, bytes: 1e9 });
  const fill = (session: string): number => {
    const cache = shelf.take(session);
    const before = cache.keys.length;
    cache.append(1, new Float32Array(1), 0);
    shelf.trim();
    return before;
  };
  assert.equal(['a', 'b', 'a', 'c', 'a', 'b'].map(fill), [0, 0, 1, 0, 2, 0]);
  const small = createCacheShelf(1, { sessions: 9, bytes: 1000 });
  small.take('a').append(1, new Float32Array(1), 0);
  small.trim();
  assert.is(small.take('a').keys.length, 0, 'a single cache over the byte limit goes too');
});

generating.run();
