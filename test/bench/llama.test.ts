import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeRandomBundle } from '../models/randomBundle.js';
import { refusal } from '../models/scratch.js';
import { openSpeedMeter } from './generatorSpeed.js';
import { readLlamaBench } from './llamaBench.js';
import { writePlannedBundle } from './plannedBundle.js';
import { addSamples, MEASURES, type Samples } from './speedMeasures.js';
import { speedJson, speedOf, speedTable, timesAsFast } from './speedTable.js';
import { median } from './timing.js';

const test = suite('hefc beside llama.cpp');

const tests = [
  [512, 0, [100, 110]],
  [8, 0, [2]],
  [16, 0, [3]],
  [0, 64, [320]],
  [512, 64, [430, 420]],
].map(([n_prompt, n_gen, ms]) => ({ build_commit: 'abc', n_prompt, n_gen, samples_ns: (ms as number[]).map((each) => each * 1e6) }));

test('its JSON is read by the sizes of its tests, whatever their order', () => {
  const { build, samples } = readLlamaBench(JSON.stringify([...tests].reverse()));
  assert.is(build, 'abc');
  assert.equal(samples, { prompt: [100, 110], decode: [320], together: [430, 420], batch8: [2], batch16: [3] });
});

test('a missing test and what is no JSON are named', () => {
  assert.throws(() => readLlamaBench(JSON.stringify(tests.slice(1))), /512 prompt and 0 new/);
  assert.throws(() => readLlamaBench('error: no model'), /no JSON/);
});

test('writing after a prompt, timed together with it, is what the prompt alone leaves', () => {
  const { samples } = readLlamaBench(JSON.stringify(tests));
  assert.is(speedOf(samples, 'decodeAfter', median), 64_000 / 320);
  assert.is(speedOf({ prompt: [200], together: [190] }, 'decodeAfter', median), null);
  assert.is(speedOf(samples, 'batch8', median), 2);
  assert.is(speedOf(samples, 'check8', median), null);
});

test('half the time is twice as fast, and what one side did not measure has no ratio', () => {
  const own: Samples = { prompt: [50], decode: [640], batch8: [4], check8: [9] };
  const { samples } = readLlamaBench(JSON.stringify(tests));
  const least = (values: readonly number[]) => Math.min(...values);
  assert.equal([timesAsFast(own, samples, 'prompt', least), timesAsFast(own, samples, 'decode', median), timesAsFast(own, samples, 'batch8', median), timesAsFast(own, samples, 'check8', median)], [2, 0.5, 0.5, null]);
  const compared = { model: 'm', build: 'abc', llama: [{ name: 'theirs', samples }], hefc: [{ name: 'ours', samples: own }] };
  const [head, , theirs, ours, , , , ratios] = speedTable(compared, median).split('\n').map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));
  assert.equal([head!.length, theirs![1], ours![2]], [8, '4876', '100']);
  // What only one side measured has no column.
  assert.equal(ratios, ['ours / theirs', '2.10', '0.50', '0.50']);
  assert.match(JSON.stringify(speedJson(compared, median)), '"ours / theirs":{"prompt":2.1');
});

test('rounds add up', () => {
  const all: Samples = {};
  addSamples(all, { prompt: [1, 2] });
  addSamples(all, { prompt: [3], decode: [4] });
  assert.equal(all, { prompt: [1, 2, 3], decode: [4] });
});

test('the generator is run for every measure, with its pointer and without', async () => {
  const bundle = writeRandomBundle({ generator: { contextTokens: 1024 }, pointer: { dim: 8, matchTokens: 4 } });
  try {
    for (const pointer of [true, false]) {
      const meter = await openSpeedMeter(bundle.directory, { pointer, precision: 'float32' }, 1, 'return name = names\n'.repeat(400));
      const samples = await meter(2);
      assert.equal(Object.keys(samples).sort(), Object.keys(MEASURES).sort());
      assert.ok(Object.values(samples).every((each) => each.length === 2));
    }
    assert.match(await refusal(() => openSpeedMeter(bundle.directory, { pointer: false, precision: 'float32' }, 1, 'short')), /instead of 1024/);
  } finally {
    bundle.remove();
  }
});

test('a size that is not planned is refused by name', () => {
  assert.throws(() => writePlannedBundle('vast'), /no size is named vast/);
});

test.run();
