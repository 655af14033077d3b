/** Bundles: listed, added after a check, used, imported, and refused by name when broken. */
import { appendFileSync, cpSync, existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeSafetensors } from '../../models/bundle/safetensors.js';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';
import { folder, makeCommand, type Command, type Ran } from './command.js';

const test = suite('client: model');
let command: Command;
let bundle: RandomBundle;
test.before(() => {
  command = makeCommand();
  bundle = writeRandomBundle();
});
test.after(() => {
  command.end();
  bundle.remove();
});

/** With the configured model, not the one the other tests prescribe. */
const hefc = (...args: string[]): Ran => command.hefc(args, { environment: { HEFC_MODEL: '' } });
const list = (): { id: string; origin: string; current: boolean; problem: string | null }[] => JSON.parse(hefc('model', 'list', '--json').stdout) as never;
const added = (): string[] => (existsSync(path.join(command.home, 'models')) ? readdirSync(path.join(command.home, 'models')) : []);

function refused(ran: Ran, status: number, says: RegExp): void {
  assert.is(ran.status, status, ran.stderr);
  assert.is(ran.stdout, '');
  assert.match(ran.stderr, says);
  assert.match(ran.stderr, /^hefc: [^\n]+\n$/);
}

interface Damage {
  name: string;
  make(copy: string): void;
  says: RegExp;
}
const DAMAGES: Damage[] = [
  { name: 'truncated', make: (copy) => truncateSync(path.join(copy, 'generator.safetensors'), statSync(path.join(copy, 'generator.safetensors')).size - 10), says: /generator\.safetensors has \d+ bytes instead of \d+.*again/ },
  { name: 'altered', make: (copy) => writeFileSync(path.join(copy, 'tokenizer.json'), ' '.repeat(bundle.manifest.parts['tokenizer.json']?.bytes ?? 0)), says: /tokenizer\.json does not match its sha-256/ },
  { name: 'lacking a part', make: (copy) => truncateSync(path.join(copy, 'bundle.json'), 10), says: /not JSON/ },
];
for (const { name, make, says } of DAMAGES) {
  test(`a bundle that is ${name} is not added, and nothing of it stays`, () => {
    const copy = path.join(folder(command, 'damaged'), name);
    cpSync(bundle.directory, copy, { recursive: true });
    make(copy);
    refused(hefc('model', 'add', copy), 1, says);
    assert.equal(added(), []);
  });
}

test('a sound bundle is added, listed and used', () => {
  const ran = hefc('model', 'add', bundle.directory);
  assert.is(ran.status, 0, ran.stderr);
  assert.equal(added(), ['random-tiny']);
  assert.equal(list().filter(({ id }) => id === 'random-tiny').map(({ origin, current, problem }) => ({ origin, current, problem })), [{ origin: 'user', current: false, problem: null }]);
  const used = hefc('model', 'use', 'random');
  assert.is(used.status, 0, used.stderr);
  assert.match(used.stdout, 'random-tiny');
  assert.is(list().find(({ current }) => current)?.id, 'random-tiny');
});

test('the same bundle is not added twice', () => {
  refused(hefc('model', 'add', bundle.directory), 2, /already; delete that folder/);
});

test('an unknown model is named with those there are', () => {
  refused(hefc('model', 'use', 'gigantic'), 2, /unknown model gigantic; there is .*random-tiny.*hefc model add/);
});

test('a checkpoint is imported and can be used', () => {
  const source = folder(command, 'checkpoint');
  const { layers, width, heads, kvHeads, headDim, mlp, vocab } = bundle.manifest.generator;
  const config = { model_type: 'llama', num_hidden_layers: layers, hidden_size: width, num_attention_heads: heads, num_key_value_heads: kvHeads, head_dim: headDim, intermediate_size: mlp, vocab_size: vocab, tie_word_embeddings: true, eos_token_id: 1 };
  writeFileSync(path.join(source, 'config.json'), JSON.stringify(config));
  writeFileSync(path.join(source, 'model.safetensors'), writeSafetensors(bundle.generator));
  cpSync(path.join(bundle.directory, 'tokenizer.json'), path.join(source, 'tokenizer.json'));
  const ran = hefc('model', 'import', source, '--name', 'mine');
  assert.is(ran.status, 0, ran.stderr);
  assert.equal(added().sort(), ['mine', 'random-tiny']);
  assert.is(hefc('model', 'use', 'mine').status, 0);
  assert.is(list().find(({ current }) => current)?.id, 'mine');
});

test('a folder that is no checkpoint is refused with what is missing, and a name that is no name too', () => {
  refused(hefc('model', 'import', folder(command, 'empty')), 1, /config\.json/);
  refused(hefc('model', 'import', folder(command, 'empty'), '--name', '../out'), 2, /no plain name/);
  assert.equal(added().sort(), ['mine', 'random-tiny']);
});

test('a bundle damaged after it was added is not used, and the one in use stays', () => {
  appendFileSync(path.join(command.home, 'models/random-tiny/generator.safetensors'), 'x');
  refused(hefc('model', 'use', 'random-tiny'), 1, /truncated or replaced/);
  assert.is(list().find(({ current }) => current)?.id, 'mine');
  const { findings } = JSON.parse(hefc('doctor', '--json').stdout) as { findings: { name: string; state: string; detail: string; fix: string }[] };
  const models = findings.find(({ name }) => name === 'models');
  assert.is(models?.state, 'failed');
  assert.match(models?.detail ?? '', /random-tiny: generator\.safetensors/);
});

test.run();
