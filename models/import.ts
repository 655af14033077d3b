import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { validateManifest, type GeneratorShape, type Manifest, type SpecialTokens } from './bundle/manifest.js';
import { readManifest, weightsOf } from './bundle/read.js';
import { readSafetensors, writeSafetensors, type Tensors } from './bundle/safetensors.js';
import { createTokenizer } from './tokenizer.js';

export interface ImportOptions {
  /** The new bundle's id; default: the source folder's name and the start of its weights' sha-256. */
  id?: string;
  /** Tokens of the file's own text in a prompt at most. */
  windowTokens?: number;
}

/** Names under which published models know their fill-in-the-middle marks. */
const markNames = {
  pre: ['<|fim_prefix|>', '<fim_prefix>', '<fim-prefix>', '<PRE>', '<｜fim▁begin｜>'],
  suf: ['<|fim_suffix|>', '<fim_suffix>', '<fim-suffix>', '<SUF>', '<｜fim▁hole｜>'],
  mid: ['<|fim_middle|>', '<fim_middle>', '<fim-middle>', '<MID>', '<｜fim▁end｜>'],
  eos: ['<|endoftext|>', '<|end_of_text|>', '</s>', '<EOT>', '<｜end▁of▁sentence｜>', '<|eos|>'],
};

/** More than this many positions cost more time and memory than a completion is worth. */
const longestContext = 8192;

/**
 * Turns a Hugging Face folder (config.json, model.safetensors or its index and shards, tokenizer.json) of a Llama- or
 * Qwen2-shaped model into a bundle without a fuser. The target folder must not exist; it appears whole or not at all.
 * Returns the new bundle's id. Throws one line naming the cause and the fix.
 */
export function importBundle(sourceDirectory: string, targetDirectory: string, { id, windowTokens = 1024 }: ImportOptions = {}): string {
  if (id !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)) throw new Error(`${JSON.stringify(id)} cannot name a model: use letters, digits, dots and dashes.`);
  if (existsSync(targetDirectory)) throw new Error(`${targetDirectory} exists already: remove it or choose another name.`);
  const config = readJson(sourceDirectory, 'config.json');
  const tokenizerFile = readFile(sourceDirectory, 'tokenizer.json');
  const generator = shapeOf(config, sourceDirectory);
  const tokenizer = createTokenizer(tokenizerFile.toString('utf8'));
  const tensors = selectTensors(readTensors(sourceDirectory), generator, sourceDirectory);
  const bytes = [...tensors.values()].reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
  if (bytes >= 2 ** 31 - 2 ** 20) throw tooLarge(sourceDirectory);
  const parts: Record<string, Uint8Array> = { 'generator.safetensors': writeSafetensors(tensors), 'tokenizer.json': tokenizerFile };
  const digests = Object.entries(parts).map(([name, data]) => [name, { sha256: createHash('sha256').update(data).digest('hex'), bytes: data.byteLength }] as const);
  const name = id ?? `${basename(sourceDirectory).replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'imported'}-${digests[0]![1].sha256.slice(0, 8)}`;
  const manifest: Manifest = {
    format: 1,
    id: name,
    parts: Object.fromEntries(digests),
    generator,
    fuser: null,
    special: specialTokens(tokenizer.specials, config),
    order: 'prefix-first',
    prompt: { windowTokens: Math.min(windowTokens, generator.contextTokens), farTokens: 0 },
    precision: { generator: 'int8', fuser: 'float32' },
  };
  validateManifest(manifest);

  const unfinished = join(dirname(targetDirectory), `.${basename(targetDirectory)}.${process.pid}`);
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    for (const [part, data] of Object.entries(parts)) writeFileSync(join(unfinished, part), data);
    writeFileSync(join(unfinished, 'bundle.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    readManifest(unfinished);
    renameSync(unfinished, targetDirectory);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  return name;
}

function readFile(directory: string, name: string): Buffer {
  try {
    return readFileSync(join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE') throw tooLarge(directory);
    throw new Error(`${join(directory, name)} is missing or unreadable: give a folder with config.json, model.safetensors and tokenizer.json.`);
  }
}

function tooLarge(directory: string): Error {
  return new Error(`The weights of ${directory} take more than 2 GiB, which a bundle's part cannot: choose a smaller model.`);
}

function readJson(directory: string, name: string): Record<string, unknown> {
  try {
    return JSON.parse(readFile(directory, name).toString('utf8')) as Record<string, unknown>;
  } catch (error) {
    throw error instanceof SyntaxError ? new Error(`${join(directory, name)} is not JSON: download the model again.`) : error;
  }
}

function shapeOf(config: Record<string, unknown>, directory: string): GeneratorShape {
  const kind = config['model_type'];
  if (kind !== 'llama' && kind !== 'qwen2') throw new Error(`${directory} holds a model of the kind ${JSON.stringify(kind)}: only llama and qwen2 shapes can be imported.`);
  const rotation = (config['rope_parameters'] ?? config['rope_scaling'] ?? {}) as Record<string, unknown>;
  if ((rotation['rope_type'] ?? rotation['type'] ?? 'default') !== 'default') {
    throw new Error(`${directory} scales its rotary positions, which is not supported: choose a model without rope_scaling.`);
  }
  const number = (name: string, fallback?: number): number => {
    const value = config[name] ?? fallback;
    if (typeof value !== 'number') throw new Error(`${join(directory, 'config.json')} has no number ${name}: download the model again.`);
    return value;
  };
  const heads = number('num_attention_heads');
  return {
    layers: number('num_hidden_layers'),
    width: number('hidden_size'),
    heads,
    kvHeads: number('num_key_value_heads', heads),
    headDim: number('head_dim', number('hidden_size') / heads),
    mlp: number('intermediate_size'),
    vocab: number('vocab_size'),
    ropeTheta: number('rope_theta', typeof rotation['rope_theta'] === 'number' ? rotation['rope_theta'] : 10000),
    rmsEps: number('rms_norm_eps', 1e-6),
    tied: config['tie_word_embeddings'] === true,
    attentionBias: kind === 'qwen2' || config['attention_bias'] === true,
    contextTokens: Math.min(longestContext, number('max_position_embeddings', 2048)),
  };
}

function readTensors(directory: string): Tensors {
  const index = 'model.safetensors.index.json';
  if (!existsSync(join(directory, index))) return readSafetensors(readFile(directory, 'model.safetensors'), join(directory, 'model.safetensors'));
  const map = readJson(directory, index)['weight_map'];
  const shards = new Set(Object.values((map ?? {}) as Record<string, unknown>));
  const all: Tensors = new Map();
  for (const shard of shards) {
    if (typeof shard !== 'string' || shard !== basename(shard)) throw new Error(`${join(directory, index)} names a shard outside its folder: download the model again.`);
    for (const [name, tensor] of readSafetensors(readFile(directory, shard), join(directory, shard))) all.set(name, tensor);
  }
  return all;
}

/** The tensors the graph needs, each of the right shape, and no others. */
function selectTensors(tensors: Tensors, shape: GeneratorShape, directory: string): Tensors {
  const { width, heads, kvHeads, headDim, mlp, vocab } = shape;
  const needed: [string, number[]][] = [['model.embed_tokens.weight', [vocab, width]], ['model.norm.weight', [width]]];
  if (!shape.tied) needed.push(['lm_head.weight', [vocab, width]]);
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = `model.layers.${layer}`;
    for (const [part, rows] of [['q', heads * headDim], ['k', kvHeads * headDim], ['v', kvHeads * headDim]] as const) {
      needed.push([`${name}.self_attn.${part}_proj.weight`, [rows, width]]);
      if (shape.attentionBias) needed.push([`${name}.self_attn.${part}_proj.bias`, [rows]]);
    }
    needed.push([`${name}.self_attn.o_proj.weight`, [width, heads * headDim]]);
    for (const part of ['gate', 'up']) needed.push([`${name}.mlp.${part}_proj.weight`, [mlp, width]]);
    needed.push([`${name}.mlp.down_proj.weight`, [width, mlp]]);
    for (const part of ['input', 'post_attention']) needed.push([`${name}.${part}_layernorm.weight`, [width]]);
  }
  const weights = weightsOf(tensors, directory);
  return new Map(needed.map(([name, expected]) => {
    weights.get(name, expected);
    return [name, tensors.get(name)!];
  }));
}

function specialTokens(specials: ReadonlyMap<string, number>, config: Record<string, unknown>): SpecialTokens {
  const find = (names: string[]): number | null => names.map((name) => specials.get(name)).find((each) => each !== undefined) ?? null;
  const configured = [config['eos_token_id']].flat()[0];
  const eos = find(markNames.eos) ?? (typeof configured === 'number' ? configured : null);
  if (eos === null) throw new Error('The model names no end-of-text token: add eos_token_id to its config.json.');
  const marks = { pre: find(markNames.pre), suf: find(markNames.suf), mid: find(markNames.mid) };
  const complete = marks.pre !== null && marks.suf !== null && marks.mid !== null;
  return { pad: eos, eos, ...(complete ? marks : { pre: null, suf: null, mid: null }), mem: null, snip: null, file: null };
}
