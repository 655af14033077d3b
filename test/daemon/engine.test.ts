import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { Engine, EngineCompletion, EngineRepository } from '../../daemon/engine/types.js';
import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { startInference } from '../../models/start.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import { locateRepository } from '../../store/git/locate.js';
import { bundleDirectory } from '../bundle.js';
import { makeSurroundings, SHOP, type Surroundings } from './surroundings.js';

const test = suite('engine');
let place: Surroundings;
let engine: Engine;
let repository: EngineRepository;

/** Lines that stand in another file, up to the one to be copied. */
const PREFIX = 'from shop.basket import Basket\n\n\ndef return_order(basket: Basket):\n    for item in basket.items:\n        ';

test.before(async () => {
  place = makeSurroundings();
  const repo = place.repository('shop');
  repo.commit(SHOP);
  const inference = await startInference(bundleDirectory);
  engine = await createEngine({ inference, tokens: await openTokenCounter(bundleDirectory), databaseDirectory: () => join(place.folder, 'elsewhere') });
  repository = await engine.openRepository(await locateRepository(repo.root));
});
test.after(async () => {
  await engine.close();
  await place.end();
});

const request = (change: Partial<EngineCompletion> = {}): EngineCompletion => ({ path: 'shop/returns.py', prefix: PREFIX, suffix: null, context: 'hef', lanes: { model: true, copy: true }, ...change });

function sane(result: CompleteResult): void {
  assert.is(result.text === '', result.lane === 'none');
  assert.is(result.text !== '', result.reason === 'ok');
  assert.not.ok(/[\n\u0000-\u0008]/.test(result.text));
}

test('completions are answered before anything is indexed', async () => {
  const result = await repository.complete(request());
  sane(result);
  assert.equal([result.tokens.memory, result.nodes], [0, []]);
});

test('a revision other than HEAD can be indexed, and is what completions then see', async () => {
  const head = (await repository.index({ revision: 'refs/heads/main' })).commit;
  assert.is(head, (await repository.objects.head()).commit);
  assert.ok(repository.current());
});

test('the model lane alone uses the context it was given, and no copy', async () => {
  for (const [context, memory, pasted] of [['hef', true, false], ['snippet', false, true], ['iterative', false, true], ['none', false, false]] as const) {
    const result = await repository.complete(request({ context, lanes: { model: true, copy: false } }));
    sane(result);
    assert.is.not(result.lane, 'copy');
    assert.equal([result.tokens.memory > 0, result.tokens.pasted > 0, result.nodes.length > 0], [memory, pasted, memory || pasted], context);
  }
});

test('pasted text stays within the tokens allowed', async () => {
  const result = await repository.complete(request({ context: 'snippet', pastedTokens: 40 }));
  assert.ok(result.tokens.pasted > 0 && result.tokens.pasted <= 40, `${result.tokens.pasted}`);
});

test('the edited file is never among what was retrieved, as itself or as a copy', async () => {
  const result = await repository.complete(request({ path: 'shop/order.py', explain: true }));
  const paths = [...result.nodes, ...result.explanation!.lexical, ...result.explanation!.dense].map((node) => node.path);
  assert.ok(paths.length > 0);
  assert.not.ok(paths.includes('shop/order.py'));
  assert.not.ok(paths.includes('') || paths.includes('shop'), 'folders above it were fused from it');
});

test('streamed text adds up to the completion', async () => {
  let streamed = '';
  const result = await repository.complete(request({ lanes: { model: true, copy: false } }), { onText: (text) => (streamed += text) });
  assert.is(streamed.trimEnd(), result.text);
});

test('a signal aborted beforehand ends in an empty completion that says so', async () => {
  const result = await repository.complete(request({ lanes: { model: true, copy: false } }), { signal: AbortSignal.abort() });
  assert.equal([result.text, result.reason, result.lane], ['', 'cancelled', 'none']);
});

test('the same request gives the same completion', async () => {
  const [first, second] = [await repository.complete(request()), await repository.complete(request())];
  assert.equal([second.text, second.lane, second.nodes], [first.text, first.lane, first.nodes]);
});

test('the copy lane alone answers with no inference at all', async () => {
  await engine.inference.close();
  const result = await repository.complete(request({ lanes: { model: false, copy: true } }));
  assert.equal([result.text, result.lane, result.reason], ['send_parcel(item, basket.owner)', 'copy', 'ok']);
});

test.run();
