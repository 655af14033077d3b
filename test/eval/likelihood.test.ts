import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startInference } from '../../models/start.js';
import { writeRandomBundle } from '../models/randomBundle.js';
import { likelihoodOf } from './likelihood.js';
import { openBare } from './openBare.js';
import { makeTinyRepository } from './tinyRepository.js';

const test = suite('eval likelihood');

test('the mean over lines is that of the sums the generator gives each, its newline counted as a token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hefc-likelihood-'));
  const bundle = writeRandomBundle();
  const inference = await startInference(bundle.directory, { provider: 'cpu', threads: 1 });
  try {
    const commit = makeTinyRepository(folder, 'owner/shop');
    const objects = await openBare(join(folder, 'owner+shop', 'repo'));
    const task = (line: number) => ({ id: String(line), repo: 'owner/shop', commit, path: 'shop/order.py', line });
    const found = async (...lines: number[]) => likelihoodOf(inference, lines.map(task), async () => objects);
    const [one, other, both] = [await found(6), await found(7), await found(6, 7)];
    assert.is(both.lines, 2);
    assert.ok(Math.abs(both.nats_a_line - (one.nats_a_line + other.nats_a_line) / 2) < 1e-3);
    const scored = await inference.generate({ prefix: 'from shop.basket import Basket\n\n\ndef place_order(basket: Basket):\n    # one order for each item\n    ', suffix: null, maxTokens: 1, stop: 'line', candidates: ['for item in basket.items:'] }, {});
    assert.ok(Math.abs(one.nats_a_token + scored.candidates[0]!.logProb / (scored.candidates[0]!.tokens + 1)) < 1e-3);
    objects.close();
  } finally {
    await inference.close();
    bundle.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
