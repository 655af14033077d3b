import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FuserShape, GeneratorShape, Manifest, PointerShape, Precision } from '../../models/bundle/manifest.js';
import { float32Tensor, writeSafetensors, type Tensors } from '../../models/bundle/safetensors.js';

/** A tiny bundle with random weights: everything works as in a trained one, except that its text means nothing. */
export interface RandomBundle {
  directory: string;
  manifest: Manifest;
  generator: Tensors;
  fuser: Tensors;
  remove(): void;
}

/** Deterministic standard normal numbers. */
export function gaussian(seed: number): () => number {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export const specialNames = ['<pad>', '<eos>', '<pre>', '<suf>', '<mid>', '<mem>', '<snip>', '<file>'];

/** Printable stand-ins of the 256 bytes, in the order byte-level BPE gives them. */
export function byteAlphabet(): string[] {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** A byte-level BPE with the specials, the bytes and a few merges. */
export function tinyTokenizer(specials: string[] = specialNames): { json: string; vocab: number } {
  const merges = ['r e', 't u', 'tu r', 're tur', 'retur n', 'Ġ return', 'Ġ Ġ', 'ĠĠ ĠĠ', 'n a', 'm e', 'na me', 'Ġ =', 'd e', 'de f', 'Ġ name', 'name s', 'Ġ a'];
  const words = [...specials, ...byteAlphabet(), ...merges.map((each) => each.replace(' ', ''))];
  const vocab = Object.fromEntries([...new Set(words)].map((word, id) => [word, id]));
  const json = JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, vocab, merges: merges.map((each) => each.split(' ')) },
  });
  return { json, vocab: Object.keys(vocab).length };
}

type Fill = (name: string, shape: number[], deviation?: number) => void;

function filler(tensors: Tensors, seed: number): Fill {
  const next = gaussian(seed);
  return (name, shape, deviation) => {
    const columns = shape.at(-1)!;
    const gain = shape.length === 1;
    const scale = deviation ?? (gain ? 0.1 : 1 / Math.sqrt(columns));
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() * scale + (gain && !name.endsWith('bias') ? 1 : 0));
    tensors.set(name, float32Tensor(values, shape));
  };
}

export function randomGenerator(shape: GeneratorShape, memoryDim: number | null, seed: number): Tensors {
  const tensors: Tensors = new Map();
  const fill = filler(tensors, seed);
  const { width, heads, kvHeads, headDim, mlp } = shape;
  fill('model.embed_tokens.weight', [shape.vocab, width], 0.5);
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = `model.layers.${layer}`;
    fill(`${name}.input_layernorm.weight`, [width]);
    fill(`${name}.post_attention_layernorm.weight`, [width]);
    for (const [part, rows] of [['q', heads * headDim], ['k', kvHeads * headDim], ['v', kvHeads * headDim]] as const) {
      fill(`${name}.self_attn.${part}_proj.weight`, [rows, width]);
      if (shape.attentionBias) fill(`${name}.self_attn.${part}_proj.bias`, [rows]);
    }
    fill(`${name}.self_attn.o_proj.weight`, [width, heads * headDim]);
    fill(`${name}.mlp.gate_proj.weight`, [mlp, width]);
    fill(`${name}.mlp.up_proj.weight`, [mlp, width]);
    fill(`${name}.mlp.down_proj.weight`, [width, mlp]);
  }
  fill('model.norm.weight', [width]);
  if (!shape.tied) fill('lm_head.weight', [shape.vocab, width]);
  if (memoryDim !== null) {
    fill('projector.fc1.weight', [width, memoryDim]);
    fill('projector.fc1.bias', [width]);
    fill('projector.fc2.weight', [width, width]);
    fill('projector.fc2.bias', [width]);
  }
  return tensors;
}

function fillEncoder(fill: Fill, prefix: string, layers: number, width: number, mlp: number): void {
  for (let layer = 0; layer < layers; layer++) {
    const name = `${prefix}.layers.${layer}`;
    fill(`${name}.attn_norm.weight`, [width]);
    fill(`${name}.qkv.weight`, [3 * width, width]);
    fill(`${name}.o.weight`, [width, width]);
    fill(`${name}.mlp_norm.weight`, [width]);
    fill(`${name}.fc1.weight`, [mlp, width]);
    fill(`${name}.fc2.weight`, [width, mlp]);
  }
  fill(`${prefix}.norm.weight`, [width]);
}

export function randomFuser(shape: FuserShape, vocab: number, seed: number): Tensors {
  const tensors: Tensors = new Map();
  const fill = filler(tensors, seed);
  fill('fuser.embed_tokens.weight', [vocab, shape.width], 0.5);
  fill('fuser.positions.weight', [shape.chunkTokens, shape.width], 0.5);
  fillEncoder(fill, 'fuser', shape.layers, shape.width, shape.mlp);
  fill('fuser.memory.weight', [shape.memoryDim, shape.width]);
  fill('fuser.key.weight', [shape.keyDim, shape.width]);
  fill('fuser.query.weight', [shape.keyDim, shape.width]);
  fill('node.in.weight', [shape.nodeWidth, shape.memoryDim + shape.width]);
  fill('node.queries.weight', [shape.fileVectors + shape.directoryVectors, shape.nodeWidth], 0.5);
  fillEncoder(fill, 'node', shape.nodeLayers, shape.nodeWidth, shape.nodeMlp);
  fill('node.memory.weight', [shape.memoryDim, shape.nodeWidth]);
  fill('node.key.weight', [shape.keyDim, shape.nodeWidth]);
  return tensors;
}

/** A pointer that speaks up: copies share the probability with what is written. */
export function randomPointer({ dim, matchTokens }: PointerShape, { width }: GeneratorShape, fuser: FuserShape, seed: number): Tensors {
  const tensors: Tensors = new Map();
  const fill = filler(tensors, seed);
  fill('pointer.key.weight', [dim, 3 * fuser.width + fuser.memoryDim]);
  fill('pointer.query.weight', [dim, width], 2 / Math.sqrt(width));
  fill('pointer.match.weight', [2 * (matchTokens + 1), width]);
  // Each further token of a match weighs more, and text above the cursor more than other.
  tensors.set('pointer.match.bias', float32Tensor(Float32Array.from({ length: 2 * (matchTokens + 1) }, (_, kind) => 5 + (kind % (matchTokens + 1)) - (kind > matchTokens ? 0.5 : 0)), [2 * (matchTokens + 1)]));
  return tensors;
}

export const tinyFuserShape: FuserShape = {
  layers: 2, width: 32, heads: 4, mlp: 64, memoryDim: 24, keyDim: 16, chunkTokens: 128, sliceTokens: 16,
  fileVectors: 4, directoryVectors: 2, nodeLayers: 2, nodeWidth: 32, nodeHeads: 4, nodeMlp: 64, nodeRows: 8, memoryBudget: 16,
};

export function tinyGeneratorShape(vocab: number): GeneratorShape {
  return {
    layers: 3, width: 48, heads: 6, kvHeads: 2, headDim: 8, mlp: 96, vocab, ropeTheta: 10000, rmsEps: 1e-6,
    tied: true, attentionBias: false, contextTokens: 512,
  };
}

export interface BundleOptions {
  precision?: Precision;
  generator?: Partial<GeneratorShape>;
  fuser?: Partial<FuserShape> | null;
  /** Without it the model has none. */
  pointer?: PointerShape;
  /** Token ids the model recites: after each comes the next, whatever stood before. Each id may stand once. */
  recites?: number[];
}

/** Weights of a generator whose layers pass their input through and whose head answers each token with its successor. */
function reciting(shape: GeneratorShape, memoryDim: number | null, chain: number[]): Tensors {
  const tensors = randomGenerator(shape, memoryDim, 7);
  const next = gaussian(23);
  const set = (name: string, value: () => number): Float32Array => {
    const old = tensors.get(name)!;
    const values = Float32Array.from({ length: old.data.byteLength / 4 }, value);
    tensors.set(name, float32Tensor(values, old.shape));
    return values;
  };
  for (let layer = 0; layer < shape.layers; layer++) for (const part of ['self_attn.o_proj', 'mlp.down_proj']) set(`model.layers.${layer}.${part}.weight`, () => 0);
  set('model.norm.weight', () => 1);
  const embedding = set('model.embed_tokens.weight', () => Math.sign(next()));
  const head = set('lm_head.weight', () => 0);
  for (let i = 0; i + 1 < chain.length; i++) {
    for (let c = 0; c < shape.width; c++) head[chain[i + 1]! * shape.width + c]! += embedding[chain[i]! * shape.width + c]! / 8;
  }
  return tensors;
}

/** Writes a random bundle into a new folder under the system's temporary one. */
export function writeRandomBundle({ precision = 'float32', generator: change = {}, fuser: fuserChange = {}, pointer, recites }: BundleOptions = {}): RandomBundle {
  const directory = mkdtempSync(join(tmpdir(), 'hefc-bundle-'));
  const tokenizer = tinyTokenizer();
  const generatorShape = { ...tinyGeneratorShape(tokenizer.vocab), ...(recites === undefined ? {} : { tied: false, width: 256 }), ...change };
  const fuserShape = fuserChange === null ? null : { ...tinyFuserShape, ...fuserChange };
  const memoryDim = fuserShape?.memoryDim ?? null;
  const generator = recites === undefined ? randomGenerator(generatorShape, memoryDim, 7) : reciting(generatorShape, memoryDim, recites);
  const fuser: Tensors = fuserShape === null ? new Map() : randomFuser(fuserShape, generatorShape.vocab, 11);
  if (pointer !== undefined && fuserShape !== null) for (const [name, tensor] of randomPointer(pointer, generatorShape, fuserShape, 13)) generator.set(name, tensor);
  const projects = (name: string): boolean => name.startsWith('projector.');
  const generatorOnly: Tensors = new Map([...generator].filter(([name]) => !projects(name)));
  for (const [name, tensor] of generator) if (projects(name)) fuser.set(name, tensor);
  const files: Record<string, Uint8Array> = { 'generator.safetensors': writeSafetensors(generatorOnly), 'tokenizer.json': Buffer.from(tokenizer.json) };
  if (fuserShape !== null) files['fuser.safetensors'] = writeSafetensors(fuser);
  const manifest: Manifest = {
    format: 1,
    id: 'random-tiny',
    parts: Object.fromEntries(Object.entries(files).map(([name, data]) => [name, { sha256: createHash('sha256').update(data).digest('hex'), bytes: data.byteLength }])),
    generator: generatorShape,
    fuser: fuserShape,
    ...(pointer !== undefined && { pointer }),
    special: { pad: 0, eos: 1, pre: 2, suf: 3, mid: 4, mem: 5, snip: 6, file: 7 },
    order: 'suffix-first',
    prompt: { windowTokens: generatorShape.contextTokens, farTokens: 64 },
    precision: { generator: precision, fuser: 'float32' },
  };
  for (const [name, data] of Object.entries(files)) writeFileSync(join(directory, name), data);
  writeFileSync(join(directory, 'bundle.json'), JSON.stringify(manifest));
  return { directory, manifest, generator, fuser, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
