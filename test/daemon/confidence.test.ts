import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { choose, type CopyCandidate } from '../../daemon/complete/choose.js';
import { confidenceOf, mostConfident } from '../../daemon/complete/confidence.js';
import { completeLines } from '../../daemon/complete/block.js';
import { lineFeatures, readAbove } from '../../daemon/complete/lineFeatures.js';
import { offerable } from '../../daemon/complete/offerable.js';
import { readManifest } from '../../models/bundle/read.js';
import { startInference } from '../../models/start.js';
import type { GenerateRequest, Inference } from '../../models/types.js';
import { bundleDirectory } from '../bundle.js';
import { seededRandom } from '../eval/random.js';

const test = suite('confidence');
const { chooser } = readManifest(bundleDirectory);
const parameters = chooser!.confidence!;
let inference: Inference;
test.before(async () => {
  inference = await startInference(bundleDirectory);
});
test.after(async () => {
  await inference.close();
});

const copy = (text: string, score: number): CopyCandidate => ({ text, path: 'a.py', line: 1, score });

test('no line comes to more than the most it can come to', () => {
  const random = seededRandom(7);
  for (const fitted of [parameters, undefined, { bias: 1, weights: { lm: -0.1, repeats_near: 2, copied: -1, agreed: 0.5 } }]) {
    for (let round = 0; round < 500; round++) {
      const score = random() ** 3;
      const copied = random() < 0.6 ? { rank: 0, score } : undefined;
      const own = copied === undefined || random() < 0.5 ? ('greedy' as const) : undefined;
      const above = readAbove(['', 'x = 1\n', 'x = 1\ny = 2\n'][Math.floor(3 * random())]!);
      const line = { text: copied === undefined ? 'z = 3' : 'x = 1', ...(own && { own }), ...(copied && { copy: copied }), scored: { logProb: -20 * random(), tokens: 1 + Math.floor(9 * random()) } };
      const features = lineFeatures(line, above);
      const is = confidenceOf({ ...line, features }, fitted);
      assert.ok(is >= 0 && is <= mostConfident(copied && { text: line.text, copy: copied }, above, fitted) + 1e-12, JSON.stringify(line));
    }
  }
});

test('what cannot become likely enough is not asked about, and everything is where no confidence is asked for', () => {
  const candidates = [copy('likely()', 0.9), copy('hardly()', 0.001)];
  assert.equal(offerable(candidates, '', undefined, parameters), { candidates, own: true });
  assert.equal(offerable(candidates, '', 0.2, parameters), { candidates: [candidates[0]], own: false });
  assert.equal(offerable(candidates, '', 0.999, parameters), { candidates: [], own: false });
  assert.equal(offerable(candidates, '', 0.2, undefined), { candidates: [candidates[0]], own: true });
});

/** Completes with these copies, and counts what the generator is asked for. */
async function asked(candidates: CopyCandidate[], change: { minConfidence?: number; explain?: boolean }): Promise<{ text: string; reason: string; requests: GenerateRequest[] }> {
  const requests: GenerateRequest[] = [];
  const counting: Inference = { ...inference, generate: (request, options) => (requests.push(request), inference.generate(request, options)) };
  const tree = { view: { searchLexical: () => [], searchChunks: () => [], searchNodes: () => [], chunkAt: () => undefined } as never, objects: {} as never };
  const source = { inference: counting, chooser, tree, places: () => [], propose: async () => candidates, index: { state: 'ready', indexed: 1 } };
  const { text, reason } = await completeLines(source, { path: 'a.py', prefix: 'def area(width, height):\n    ', suffix: null, context: 'none', lanes: { model: true, copy: true }, ...change });
  return { text, reason, requests };
}

test('the generator is not run where nothing could be offered, unless an explanation is wanted', async () => {
  const hopeless = [copy('zq = 71', 0.001)];
  const quiet = await asked(hopeless, { minConfidence: 0.2 });
  assert.equal([quiet.text, quiet.reason, quiet.requests.length], ['', 'unsure', 0]);
  const explained = await asked(hopeless, { minConfidence: 0.2, explain: true });
  assert.equal([explained.text, explained.reason, explained.requests.length], ['', 'unsure', 1]);
  const all = await asked(hopeless, {});
  assert.is.not(all.text, '');
  assert.is(all.requests[0]!.onlyCandidates, undefined);
});

test('it runs for the likely candidates alone, and stops where it departs from them', async () => {
  const { text, requests } = await asked([copy('return width * height', 0.95), copy('zq = 71', 0.001)], { minConfidence: 0.2 });
  assert.is(text, 'return width * height');
  assert.equal([requests[0]!.candidates, requests[0]!.onlyCandidates], [['return width * height'], true]);
  const departed = await inference.generate({ ...requests[0]!, candidates: ['@@ 7 $'] }, {});
  assert.is(departed.stopped, 'departed');
  const whole = await inference.generate({ ...requests[0]!, candidates: ['@@ 7 $'], onlyCandidates: false }, {});
  assert.ok(whole.text.startsWith(departed.text) && departed.tokens.generated < whole.tokens.generated, `${departed.text} of ${whole.text}`);
  assert.equal(departed.candidates, whole.candidates);
});

test('a line left unfinished is never offered, but may keep others from being', () => {
  const generated = { text: 'retu', logProb: -0.1, stopped: 'departed' as const, candidates: [{ text: 'x = 1', logProb: -30, tokens: 4 }], alternatives: [], tokens: { prefix: 0, suffix: 0, pasted: 0, memory: 0, generated: 1, drafted: 0, accepted: 0, reused: 0 }, ms: { queue: 0, prefill: 0, decode: 0 } };
  const silent = choose([copy('x = 1', 0.02)], generated, '', chooser);
  assert.equal([silent.text, silent.lane], ['', 'none']);
  assert.ok(silent.confidence < 0.2);
  assert.is(choose([copy('x = 1', 0.9)], generated, '', chooser).text, 'x = 1');
});

test.run();
