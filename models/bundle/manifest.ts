/** The contents of bundle.json, and its validation. */
import type { ChooserParameters, ConfidenceParameters } from '../types.js';

export interface GeneratorShape {
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  mlp: number;
  vocab: number;
  ropeTheta: number;
  rmsEps: number;
  tied: boolean;
  attentionBias: boolean;
  /** Positions seen in training: no prompt and its completion are longer. */
  contextTokens: number;
}

/** Weights of a generator's products, its token table counted once. */
export function weightCount({ layers, width, heads, kvHeads, headDim, mlp, vocab }: GeneratorShape): number {
  return vocab * width + layers * width * (2 * (heads + kvHeads) * headDim + 3 * mlp);
}

export interface FuserShape {
  layers: number;
  width: number;
  heads: number;
  mlp: number;
  memoryDim: number;
  keyDim: number;
  chunkTokens: number;
  sliceTokens: number;
  fileVectors: number;
  directoryVectors: number;
  nodeLayers: number;
  nodeWidth: number;
  nodeHeads: number;
  nodeMlp: number;
  nodeRows: number;
  memoryBudget: number;
}

/** Ids of the tokens that lay out a prompt; null where an imported model has none. */
export interface SpecialTokens {
  pad: number;
  eos: number;
  pre: number | null;
  suf: number | null;
  mid: number | null;
  mem: number | null;
  snip: number | null;
  file: number | null;
}

export type Precision = 'int8' | 'float32';

/** The head that copies tokens out of the prompt and of the slices behind its memory vectors; see models/onnx/pointer.ts. */
export interface PointerShape {
  /** Numbers in a key and in a query. */
  dim: number;
  /** How many tokens before an entry are compared with those just written, at most. */
  matchTokens: number;
}

export interface Manifest {
  format: 1;
  id: string;
  parts: Record<string, { sha256: string; bytes: number }>;
  generator: GeneratorShape;
  /** null for an imported generator without a fuser: no vectors, so no context `hef`. */
  fuser: FuserShape | null;
  /** Absent: the model only writes, it does not point. */
  pointer?: PointerShape;
  special: SpecialTokens;
  /** Where the suffix stands: before the prefix (hefc's own models) or after it (most published ones). */
  order: 'suffix-first' | 'prefix-first';
  prompt: {
    /** Tokens of the file's own text (prefix and suffix) in a prompt at most. */
    windowTokens: number;
    /** Tokens of the file above those at most, which only a pointer sees. */
    farTokens: number;
  };
  precision: { generator: Precision; fuser: Precision };
  chooser?: ChooserParameters;
}

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is not an object`);
  return value as Fields;
}

function positive(fields: Fields, where: string, name: string, integer = true): number {
  const value = fields[name];
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value) || (integer && !Number.isSafeInteger(value))) {
    throw new Error(`${where}.${name} is not a positive ${integer ? 'integer' : 'number'}`);
  }
  return value;
}

function flag(fields: Fields, where: string, name: string): boolean {
  const value = fields[name];
  if (typeof value !== 'boolean') throw new Error(`${where}.${name} is not true or false`);
  return value;
}

function readGenerator(value: unknown): GeneratorShape {
  const fields = fieldsOf(value, 'generator');
  const count = (name: string): number => positive(fields, 'generator', name);
  const shape: GeneratorShape = {
    layers: count('layers'), width: count('width'), heads: count('heads'), kvHeads: count('kvHeads'),
    headDim: count('headDim'), mlp: count('mlp'), vocab: count('vocab'),
    ropeTheta: positive(fields, 'generator', 'ropeTheta', false), rmsEps: positive(fields, 'generator', 'rmsEps', false),
    tied: flag(fields, 'generator', 'tied'), attentionBias: flag(fields, 'generator', 'attentionBias'),
    contextTokens: count('contextTokens'),
  };
  if (shape.heads % shape.kvHeads !== 0) throw new Error('generator.heads is not a multiple of generator.kvHeads');
  if (shape.headDim % 2 !== 0) throw new Error('generator.headDim is odd');
  return shape;
}

function readFuser(value: unknown): FuserShape {
  const fields = fieldsOf(value, 'fuser');
  const count = (name: string): number => positive(fields, 'fuser', name);
  const shape: FuserShape = {
    layers: count('layers'), width: count('width'), heads: count('heads'), mlp: count('mlp'),
    memoryDim: count('memoryDim'), keyDim: count('keyDim'), chunkTokens: count('chunkTokens'), sliceTokens: count('sliceTokens'),
    fileVectors: count('fileVectors'), directoryVectors: count('directoryVectors'), nodeLayers: count('nodeLayers'),
    nodeWidth: count('nodeWidth'), nodeHeads: count('nodeHeads'), nodeMlp: count('nodeMlp'), nodeRows: count('nodeRows'),
    memoryBudget: count('memoryBudget'),
  };
  if (shape.chunkTokens % shape.sliceTokens !== 0) throw new Error('fuser.chunkTokens is not a multiple of fuser.sliceTokens');
  if (shape.width % shape.heads !== 0) throw new Error('fuser.width is not a multiple of fuser.heads');
  if (shape.nodeWidth % shape.nodeHeads !== 0) throw new Error('fuser.nodeWidth is not a multiple of fuser.nodeHeads');
  return shape;
}

function readSpecial(value: unknown, vocab: number): SpecialTokens {
  const fields = fieldsOf(value, 'special');
  const id = (name: string): number | null => {
    const token = fields[name];
    if (token === null || token === undefined) return null;
    if (typeof token !== 'number' || !Number.isSafeInteger(token) || token < 0 || token >= vocab) {
      throw new Error(`special.${name} is not a token id below ${vocab}`);
    }
    return token;
  };
  const needed = (name: string): number => {
    const token = id(name);
    if (token === null) throw new Error(`special.${name} is missing`);
    return token;
  };
  return { pad: needed('pad'), eos: needed('eos'), pre: id('pre'), suf: id('suf'), mid: id('mid'), mem: id('mem'), snip: id('snip'), file: id('file') };
}

function readPointer(value: unknown, fuser: FuserShape | null): PointerShape | undefined {
  if (value === undefined || value === null) return undefined;
  if (fuser === null) throw new Error('there is a pointer but no fuser, whose token table it reads');
  const fields = fieldsOf(value, 'pointer');
  return { dim: positive(fields, 'pointer', 'dim'), matchTokens: positive(fields, 'pointer', 'matchTokens') };
}

function readParts(value: unknown): Manifest['parts'] {
  const parts: Manifest['parts'] = {};
  for (const [name, entry] of Object.entries(fieldsOf(value, 'parts'))) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Error(`part ${JSON.stringify(name)} is not a plain file name inside the bundle`);
    const { sha256, bytes } = fieldsOf(entry, `parts.${name}`);
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`parts.${name}.sha256 is not 64 hexadecimal digits`);
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) throw new Error(`parts.${name}.bytes is not a size`);
    parts[name] = { sha256, bytes };
  }
  return parts;
}

function readPrecision(fields: Fields, name: string): Precision {
  const value = fields[name] ?? 'float32';
  if (value !== 'int8' && value !== 'float32') throw new Error(`precision.${name} is neither int8 nor float32`);
  return value;
}

/** Each costs a completion time. */
const MOST_ALTERNATIVES = 8;

function readChooser(value: unknown): Manifest['chooser'] {
  if (value === undefined || value === null) return undefined;
  const { alternatives, confidence } = fieldsOf(value, 'chooser');
  if (alternatives !== undefined && !(Number.isSafeInteger(alternatives) && Number(alternatives) >= 0 && Number(alternatives) <= MOST_ALTERNATIVES)) {
    throw new Error(`chooser.alternatives is not a whole number from 0 to ${MOST_ALTERNATIVES}`);
  }
  return {
    ...readWeights(value, 'chooser'),
    ...(alternatives !== undefined && { alternatives: alternatives as number }),
    ...(confidence !== undefined && { confidence: readWeights(confidence, 'chooser.confidence') }),
  };
}

/** A bias and weights by feature. */
function readWeights(value: unknown, where: string): ConfidenceParameters {
  const { bias, weights } = fieldsOf(value, where);
  const table = fieldsOf(weights, `${where}.weights`);
  if (![bias, ...Object.values(table)].every((each) => Number.isFinite(each))) throw new Error(`${where} holds something other than numbers`);
  return { bias: bias as number, weights: table as Record<string, number> };
}

/** Checks a parsed bundle.json. Throws an error that says what is wrong, without the folder's name. */
export function validateManifest(value: unknown): Manifest {
  const fields = fieldsOf(value, 'bundle.json');
  if (fields['format'] !== 1) throw new Error(`format ${JSON.stringify(fields['format'])} is unknown, this hefc reads format 1`);
  const id = fields['id'];
  if (typeof id !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)) throw new Error('id is not a plain name');
  const parts = readParts(fields['parts']);
  const generator = readGenerator(fields['generator']);
  const fuser = fields['fuser'] === null || fields['fuser'] === undefined ? null : readFuser(fields['fuser']);
  for (const name of ['generator.safetensors', 'tokenizer.json', ...(fuser === null ? [] : ['fuser.safetensors'])]) {
    if (parts[name] === undefined) throw new Error(`parts lists no ${name}`);
  }
  const special = readSpecial(fields['special'], generator.vocab);
  if (fuser !== null && special.mem === null) throw new Error('special.mem is missing though there is a fuser');
  const order = fields['order'] ?? 'suffix-first';
  if (order !== 'suffix-first' && order !== 'prefix-first') throw new Error('order is neither suffix-first nor prefix-first');
  const prompt = fieldsOf(fields['prompt'] ?? { windowTokens: generator.contextTokens }, 'prompt');
  const precisions = fieldsOf(fields['precision'] ?? {}, 'precision');
  const manifest: Manifest = {
    format: 1, id, parts, generator, fuser, special, order,
    prompt: { windowTokens: positive(prompt, 'prompt', 'windowTokens'), farTokens: (prompt['farTokens'] ?? 0) === 0 ? 0 : positive(prompt, 'prompt', 'farTokens') },
    precision: { generator: readPrecision(precisions, 'generator'), fuser: readPrecision(precisions, 'fuser') },
  };
  const chooser = readChooser(fields['chooser']);
  if (chooser !== undefined) manifest.chooser = chooser;
  const pointer = readPointer(fields['pointer'], fuser);
  if (pointer !== undefined) manifest.pointer = pointer;
  return manifest;
}
