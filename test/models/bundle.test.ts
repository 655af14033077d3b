import { cpSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBundle, listBundles } from '../../models/bundle/list.js';
import { readManifest, readPart, weightsOf } from '../../models/bundle/read.js';
import { float32Tensor, readSafetensors, toFloat32, writeSafetensors, type StoredTensor } from '../../models/bundle/safetensors.js';
import { startInference } from '../../models/start.js';
import { writeRandomBundle, type RandomBundle } from './randomBundle.js';
import { refusal, scratchFolder, withCopy } from './scratch.js';

const bundles = suite('bundles');
let bundle: RandomBundle;
bundles.before(() => {
  bundle = writeRandomBundle();
});
bundles.after(() => bundle.remove());

type Json = Record<string, unknown>;

/** Damages a copy of the bundle and expects that it is refused, in one line that matches. */
function refuses(title: string, damage: (directory: string, manifest: Json) => void, expected: RegExp): void {
  bundles(`a bundle is refused when ${title}`, () =>
    withCopy(bundle.directory, async (copy) => {
      const path = join(copy, 'bundle.json');
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as Json;
      damage(copy, manifest);
      if (!readFileSync(path, 'utf8').startsWith('not json')) writeFileSync(path, JSON.stringify(manifest));
      const message = await refusal(() => startInference(copy, { provider: 'cpu' }));
      assert.match(message, expected);
      assert.not.match(message, /\n/);
      assert.match(message, /copy or download|hefc model use/);
    }));
}

refuses('a part is missing', (copy) => rmSync(join(copy, 'fuser.safetensors')), /fuser\.safetensors cannot be read \(ENOENT\)/);
refuses('a part is truncated', (copy) => truncateSync(join(copy, 'generator.safetensors'), 1000), /has 1000 bytes instead of \d+, it is truncated/);
refuses('a byte of a part has changed', (copy) => {
  const path = join(copy, 'fuser.safetensors');
  const file = readFileSync(path);
  file[file.length - 5]! ^= 1;
  writeFileSync(path, file);
}, /does not match its sha-256/);
refuses('the tokenizer has changed', (copy) => {
  const path = join(copy, 'tokenizer.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('return', 'rturne'));
}, /tokenizer\.json does not match its sha-256/);
refuses('its format is unknown', (_copy, manifest) => { manifest['format'] = 2; }, /format 2 is unknown/);
refuses('a part lies outside its folder', (_copy, manifest) => {
  (manifest['parts'] as Json)['../evil'] = { sha256: '0'.repeat(64), bytes: 1 };
}, /"\.\.\/evil" is not a plain file name inside the bundle/);
refuses('a part is a link', (copy) => {
  rmSync(join(copy, 'tokenizer.json'));
  symlinkSync(join(bundle.directory, 'tokenizer.json'), join(copy, 'tokenizer.json'));
}, /not a plain file/);
refuses('a size is missing', (_copy, manifest) => { delete (manifest['generator'] as Json)['width']; }, /generator\.width is not a positive integer/);
refuses('a tensor has another shape', (_copy, manifest) => { (manifest['generator'] as Json)['mlp'] = 90; }, /model\.layers\.0\.mlp\.gate_proj\.weight has the shape \[96,48\] instead of \[90,48\]/);
refuses('a tensor is missing', (_copy, manifest) => { (manifest['generator'] as Json)['layers'] = 4; }, /has no tensor model\.layers\.3\./);
refuses('bundle.json is not JSON', (copy) => writeFileSync(join(copy, 'bundle.json'), 'not json'), /it is not JSON/);
refuses('the choice between the lanes has a weight that is no number', (_copy, manifest) => { manifest['chooser'] = { bias: 0, weights: { lm: null } }; }, /chooser holds something other than numbers/);
refuses('the choice asks for too many lines', (_copy, manifest) => { manifest['chooser'] = { bias: 0, weights: {}, alternatives: 9 }; }, /chooser\.alternatives is not a whole number from 0 to 8/);
refuses('a special token lies outside the vocabulary', (_copy, manifest) => { (manifest['special'] as Json)['eos'] = 100000; }, /special\.eos is not a token id/);

refuses('its pointer has no width', (_copy, manifest) => { manifest['pointer'] = { dim: 0 }; }, /pointer\.dim is not a positive integer/);
refuses('its pointer does not say how far matches reach', (_copy, manifest) => { manifest['pointer'] = { dim: 8 }; }, /pointer\.matchTokens is not a positive integer/);
refuses('its pointer has no weights', (_copy, manifest) => { manifest['pointer'] = { dim: 8, matchTokens: 4 }; }, /has no tensor pointer\./);
refuses('it points without a fuser', (_copy, manifest) => Object.assign(manifest, { pointer: { dim: 8, matchTokens: 4 }, fuser: null }), /there is a pointer but no fuser/);

bundles('a folder without a bundle is named together with the fix', async () => {
  const { path, remove } = scratchFolder();
  assert.match(await refusal(() => readManifest(path)), /No model bundle in .*bundle\.json is missing.*hefc model use/);
  remove();
});

bundles('listing shows the shipped and the user\'s bundles, and what is wrong with a broken one', async () => {
  const shipped = scratchFolder();
  const user = scratchFolder();
  cpSync(bundle.directory, join(shipped.path, 'tiny'), { recursive: true });
  cpSync(bundle.directory, join(user.path, 'mine'), { recursive: true });
  cpSync(bundle.directory, join(user.path, 'broken'), { recursive: true });
  writeFileSync(join(user.path, 'broken', 'bundle.json'), '{"format":1}');
  const folders = { shipped: shipped.path, user: user.path };
  const listed = listBundles(folders);
  assert.equal(listed.map((each) => [each.id, each.origin, each.problem === null]), [['random-tiny', 'shipped', true], ['broken', 'user', false], ['random-tiny', 'user', true]]);
  assert.is(findBundle('random-tiny', folders).origin, 'user');
  assert.is(findBundle('random', folders).id, 'random-tiny');
  assert.match(await refusal(() => findBundle('nothing', folders)), /No model named nothing; there is .*random-tiny/);
  assert.match(await refusal(() => findBundle('broken', folders)), /is not a usable bundle/);
  shipped.remove();
  user.remove();
});

bundles('safetensors keep their numbers through writing and reading, and narrow types are widened', () => {
  const values = Float32Array.of(1, -2.5, 3e-8, 65504);
  const halves = Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff);
  const brains = Uint16Array.of(0x3f80, 0xc020, 0x3301, 0x477f);
  const file = writeSafetensors(new Map([
    ['odd', { dtype: 'I8', shape: [3], data: Uint8Array.of(1, 255, 128) }],
    ['full', float32Tensor(values, [2, 2])],
    ['half', { dtype: 'F16', shape: [4], data: new Uint8Array(halves.buffer) }],
    ['brain', { dtype: 'BF16', shape: [4], data: new Uint8Array(brains.buffer) }],
  ]));
  const read = readSafetensors(file, 'test');
  assert.equal(toFloat32(read.get('full')!), values);
  assert.equal(toFloat32(read.get('odd')!), Float32Array.of(1, -1, -128));
  assert.equal(toFloat32(read.get('half')!), Float32Array.of(1, -2.5, 2 ** -24, 65504));
  assert.equal(toFloat32(read.get('brain')!), Float32Array.of(1, -2.5, 3.003515303134918e-8, 65280));
});

bundles('int8 weights are read with the scale of their row, and refused without one for each', async () => {
  const matrix = { dtype: 'I8', shape: [2, 2], data: new Uint8Array(Int8Array.of(127, -1, 2, -128).buffer) };
  const scale = float32Tensor(Float32Array.of(0.5, 2), [2]);
  const read = (...tensors: [string, StoredTensor][]) => weightsOf(new Map(tensors), 'test').get('m', [2, 2]);
  assert.equal([...read(['m', matrix], ['m.scale', scale])], [63.5, -0.5, 4, -256]);
  assert.match(await refusal(() => read(['m', matrix])), /test: m is int8 without a scale for each of its rows; copy or download/);
  assert.match(await refusal(() => read(['m', matrix], ['m.scale', float32Tensor(Float32Array.of(1), [1])])), /without a scale/);
});

bundles('a safetensors file is refused at every length short of the whole', async () => {
  const whole = writeSafetensors(new Map([['a', float32Tensor(Float32Array.of(1, 2), [2])]]));
  for (let length = 0; length < whole.length; length++) {
    assert.match(await refusal(() => readSafetensors(whole.subarray(0, length), 'short')), /short is not a readable safetensors file/);
  }
  assert.is(readSafetensors(whole, 'whole').size, 1);
});

bundles('a part that the manifest does not list is not read', async () => {
  assert.match(await refusal(() => readPart(bundle.directory, bundle.manifest, 'bundle.json')), /lists no part bundle\.json/);
});

bundles.run();
