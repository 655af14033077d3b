import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeSafetensors, type StoredTensor, type Tensors } from '../../models/bundle/safetensors.js';
import { importBundle } from '../../models/import.js';
import { startInference } from '../../models/start.js';
import { randomGenerator, tinyGeneratorShape, tinyTokenizer } from './randomBundle.js';
import { refusal, scratchFolder } from './scratch.js';

const importing = suite('import');
const marks = ['<|endoftext|>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>'];

/** A Hugging Face folder with random weights in bfloat16. */
function checkpoint(kind: 'llama' | 'qwen2', change: Record<string, unknown> = {}, shards = 1): { path: string; remove: () => void } {
  const folder = scratchFolder();
  const tokenizer = tinyTokenizer(marks);
  const shape = { ...tinyGeneratorShape(tokenizer.vocab), tied: false, attentionBias: kind === 'qwen2' };
  const tensors = [...randomGenerator(shape, null, 31)].map(([name, tensor]) => [name, narrow(tensor)] as const);
  tensors.push(['model.layers.0.self_attn.rotary_emb.inv_freq', narrow({ dtype: 'F32', shape: [1], data: new Uint8Array(4) })]);
  writeFileSync(join(folder.path, 'tokenizer.json'), tokenizer.json);
  writeFileSync(join(folder.path, 'config.json'), JSON.stringify({
    model_type: kind, num_hidden_layers: 3, hidden_size: 48, num_attention_heads: 6, num_key_value_heads: 2, intermediate_size: 96,
    vocab_size: tokenizer.vocab, rope_theta: 10000, rms_norm_eps: 1e-6, tie_word_embeddings: false, max_position_embeddings: 32768, ...change,
  }));
  if (shards === 1) writeFileSync(join(folder.path, 'model.safetensors'), writeSafetensors(new Map(tensors)));
  else {
    const map: Record<string, string> = {};
    for (let shard = 0; shard < shards; shard++) {
      const name = `model-0000${shard + 1}-of-0000${shards}.safetensors`;
      const part: Tensors = new Map(tensors.filter((_, i) => i % shards === shard));
      for (const key of part.keys()) map[key] = name;
      writeFileSync(join(folder.path, name), writeSafetensors(part));
    }
    writeFileSync(join(folder.path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  }
  return folder;
}

function narrow({ shape, data }: StoredTensor): StoredTensor {
  const halves = new Uint16Array(data.byteLength / 4);
  const words = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  for (let i = 0; i < halves.length; i++) halves[i] = words[2 * i + 1]!;
  return { dtype: 'BF16', shape, data: new Uint8Array(halves.buffer) };
}

for (const [kind, shards] of [['llama', 1], ['qwen2', 3]] as const) {
  importing(`a ${kind} checkpoint in ${shards} file(s) becomes a bundle that completes and says it has no fuser`, async () => {
    const source = checkpoint(kind, {}, shards);
    const target = scratchFolder();
    const id = importBundle(source.path, join(target.path, 'mine'), { id: 'mine-1' });
    assert.is(id, 'mine-1');
    assert.equal(readdirSync(target.path), ['mine']);
    const inference = await startInference(join(target.path, 'mine'), { provider: 'cpu', threads: 1 });
    assert.equal([inference.modelId, inference.shapes.memoryBudget, inference.shapes.contextTokens], ['mine-1', 0, 8192]);
    const got = await inference.generate({ prefix: 'def f(', suffix: '):\n', maxTokens: 8, stop: 'block' }, {});
    assert.ok(got.tokens.generated > 0 || got.stopped === 'eos');
    assert.equal([got.tokens.suffix > 0, got.tokens.memory], [true, 0]);
    assert.match(await refusal(() => inference.fuseBlob(['a'], { priority: 'index' })), /The model mine-1 has no fuser.*--context snippet or none/);
    await inference.close();
    source.remove();
    target.remove();
  });
}

const refusals: [string, Record<string, unknown>, RegExp][] = [
  ['another architecture', { model_type: 'gpt2' }, /the kind "gpt2": only llama and qwen2/],
  ['scaled rotary positions', { rope_scaling: { type: 'yarn', factor: 4 } }, /scales its rotary positions/],
  ['shapes that the weights do not have', { intermediate_size: 100 }, /gate_proj\.weight has the shape \[96,48\] instead of \[100,48\]/],
  ['more layers than there are weights', { num_hidden_layers: 4 }, /has no tensor model\.layers\.3\./],
  ['no width', { hidden_size: undefined }, /has no number hidden_size/],
];
for (const [title, change, expected] of refusals) {
  importing(`a checkpoint with ${title} is refused and leaves nothing behind`, async () => {
    const source = checkpoint('llama', change);
    const target = scratchFolder();
    assert.match(await refusal(() => importBundle(source.path, join(target.path, 'mine'))), expected);
    assert.equal(readdirSync(target.path), []);
    source.remove();
    target.remove();
  });
}

importing('an existing folder is never overwritten', async () => {
  const source = checkpoint('llama');
  const before = readFileSync(join(source.path, 'config.json'), 'utf8');
  assert.match(await refusal(() => importBundle(source.path, source.path)), /exists already: remove it or choose another name/);
  assert.is(readFileSync(join(source.path, 'config.json'), 'utf8'), before);
  assert.not.ok(existsSync(join(source.path, 'bundle.json')));
  source.remove();
});

importing('a name that could leave the models\' folder is refused', async () => {
  const source = checkpoint('llama');
  const target = scratchFolder();
  assert.match(await refusal(() => importBundle(source.path, join(target.path, 'mine'), { id: '../x' })), /"..\/x" cannot name a model: use letters/);
  assert.equal(readdirSync(target.path), []);
  source.remove();
  target.remove();
});

importing('a folder that is no checkpoint is refused with what is needed', async () => {
  const empty = scratchFolder();
  assert.match(await refusal(() => importBundle(empty.path, join(empty.path, 'x'))), /config\.json is missing or unreadable: give a folder with/);
  empty.remove();
});

importing.run();
