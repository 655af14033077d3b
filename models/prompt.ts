import type { FuserShape, Manifest } from './bundle/manifest.js';
import { dequantise } from './fusing/vectors.js';
import { pointableEntries, type Piece, type Pointable } from './pointable.js';
import type { GenerateRequest } from './types.js';
import type { Tokenizer } from './tokenizer.js';
import type { Healing } from './session/healing.js';

/** The rows the generator sees before it writes. */
export interface Prompt {
  /** A token id, or −1 − m for memory vector m. */
  rows: number[];
  /** Equal numbers mean equal rows: token ids, and fingerprints below zero for memory vectors. */
  keys: number[];
  /** [M · memoryDim] */
  memory: Float32Array;
  memoryDim: number;
  /** The rows of the mark of memory and its vectors; they take no positions of their own. */
  memoryRows: { at: number; count: number };
  /** What the pointer may copy: the prompt's own text, the file's text above it, and the texts of its memory; null without a pointer. */
  pointable: Pointable | null;
  /** Bytes of the dropped last token that the continuation must begin with; empty when nothing was dropped. */
  owed: Uint8Array;
  maxTokens: number;
  tokens: { prefix: number; suffix: number; pasted: number; memory: number };
}

/** The prefix loses whole steps of tokens, so that typing does not move its start at every key. */
const cutStep = (budget: number): number => (budget < 512 ? 16 : 64);
/** Text beyond this many characters a token cannot matter, and is not tokenised. */
const charactersPerToken = 12;
const characterStep = 4096;

/**
 * Lays out a prompt:
 *
 *     [<snip> text]…  [<suf> suffix]  <pre> [<file>] prefix  [<mem> v1 … vK]  <mid>
 *
 * Pasted texts come worst first, so that the best stands nearest. `<file>` says that the prefix is the whole beginning
 * of its file. Memory follows the in-file text, so refreshing it leaves the cached prefix valid. Models imported from
 * elsewhere take `<pre> prefix <suf> suffix <mid>`, and no marks at all without a suffix.
 *
 * Budget: contextTokens holds everything, the completion included. The file's own text takes windowTokens at most, its
 * suffix a quarter of that; pasted text comes on top, and takes up to half of the file's share where the rest is full.
 */
export async function buildPrompt(request: GenerateRequest, tokenizer: Tokenizer, manifest: Manifest, heal: Healing): Promise<Prompt> {
  const { special, generator, fuser, pointer } = manifest;
  const maxTokens = Math.max(1, Math.min(request.maxTokens, Math.floor(generator.contextTokens / 4)));
  const memoryDim = fuser?.memoryDim ?? 1;
  // Another budget than the bundle's own leaves half of the context to text at least.
  const budget = fuser === null ? 0 : Math.min(request.memoryBudget ?? fuser.memoryBudget, Math.max(fuser.memoryBudget, Math.floor(generator.contextTokens / 2)));
  const vectors = gatherMemory(request, budget, memoryDim);
  const reserved = vectors.count > 0 ? budget + 1 : 0;
  const free = Math.max(64, generator.contextTokens - maxTokens - reserved - 4);
  const window = Math.min(manifest.prompt.windowTokens, free);
  const snip = special.snip === null ? [] : [special.snip];
  const snippets = await paste(request, Math.min(request.pastedTokens ?? 0, free - window + Math.floor(window / 2)), tokenizer, snip.length);
  const pasted = snippets.flatMap((piece) => [...snip, ...piece]);
  const ownText = Math.min(window, free - pasted.length);

  const canFill = special.pre !== null && special.suf !== null && special.mid !== null;
  const suffix = request.suffix === null || !canFill ? null : await cutSuffix(request.suffix, Math.floor(ownText / 4), tokenizer);
  const { ids: uncut, far, whole } = await cutPrefix(request.prefix, ownText - (suffix?.length ?? 0), pointer === undefined ? 0 : manifest.prompt.farTokens, tokenizer);
  const owed = await heal(uncut);
  const ids = owed.length > 0 ? uncut.slice(0, -1) : uncut;

  const marked = canFill && (suffix !== null || manifest.order === 'suffix-first');
  const mark = (id: number | null): number[] => (id === null || !marked ? [] : [id]);
  const before = [...mark(special.pre), ...(whole ? mark(special.file) : []), ...ids];
  const after = suffix === null ? [] : [special.suf!, ...suffix];
  const memoryRows = Array.from({ length: vectors.count }, (_, m) => -1 - m);
  const memoryPart = vectors.count === 0 ? [] : [...(special.mem === null ? [] : [special.mem]), ...memoryRows];
  const rows = manifest.order === 'suffix-first'
    ? [...pasted, ...after, ...before, ...memoryPart, ...mark(special.mid)]
    : [...pasted, ...before, ...after, ...memoryPart, ...mark(special.mid)];
  const piecesOf = (texts: number[][], above: boolean): Piece[] => texts.map((piece) => ({ ids: piece, vector: null, above }));
  const inFile = [...piecesOf([...snippets, suffix ?? []], false), ...piecesOf([ids, far], true)];
  const memoryAt = rows.length - memoryPart.length - mark(special.mid).length;
  if (rows.length === 0) rows.push(special.eos);
  return {
    rows,
    keys: rows.map((row) => (row >= 0 ? row : vectors.fingerprints[-1 - row]!)),
    memory: vectors.values,
    memoryDim,
    memoryRows: { at: memoryAt, count: memoryPart.length },
    pointable: pointer === undefined || fuser === null ? null : pointableEntries([...inFile, ...(await remember(vectors.texts, fuser, tokenizer))], fuser.sliceTokens),
    owed,
    maxTokens,
    tokens: { prefix: ids.length, suffix: suffix?.length ?? 0, pasted: pasted.length, memory: vectors.count },
  };
}

/** The text behind `count` memory vectors from `vector` on. */
interface RememberedText {
  text: string;
  vector: number;
  count: number;
}

function gatherMemory(request: GenerateRequest, budget: number, dim: number): { values: Float32Array; fingerprints: number[]; count: number; texts: RememberedText[] } {
  const groups: Float32Array[] = [];
  const fingerprints: number[] = [];
  const texts: RememberedText[] = [];
  for (const { memory, scales, text } of request.memory ?? []) {
    const take = Math.min(scales.length, budget - fingerprints.length);
    if (take <= 0) break;
    if (memory.length !== scales.length * dim) throw new Error(`Memory vectors of ${memory.length / scales.length} numbers were given to a model that takes ${dim}: index again with this model.`);
    if (text !== undefined) texts.push({ text, vector: fingerprints.length, count: take });
    groups.push(dequantise(memory, scales, dim).subarray(0, take * dim));
    for (let v = 0; v < take; v++) fingerprints.push(fingerprint(memory.subarray(v * dim, (v + 1) * dim), scales[v]!));
  }
  const values = new Float32Array(fingerprints.length * dim);
  let at = 0;
  for (const group of groups) {
    values.set(group, at);
    at += group.length;
  }
  return { values, fingerprints, count: fingerprints.length, texts };
}

/** Tokens of the slices whose vectors entered the prompt. The fuser cut the same texts: whole, then to chunkTokens. */
async function remember(texts: RememberedText[], { chunkTokens, sliceTokens }: FuserShape, tokenizer: Tokenizer): Promise<Piece[]> {
  const encoded = await tokenizer.encodeBatch(texts.map(({ text }) => text));
  return texts.map(({ vector, count }, i) => ({ ids: encoded[i]!.slice(0, Math.min(chunkTokens, count * sliceTokens)), vector, above: false }));
}

/** A negative number that tells memory vectors apart (FNV-1a run twice, 52 bits). */
function fingerprint(vector: Int8Array, scale: number): number {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  const scaleBytes = new Uint8Array(Float32Array.of(scale).buffer);
  for (const part of [scaleBytes, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)]) {
    for (const byte of part) {
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high ^ byte, 0x01000193) ^ (high >>> 15);
    }
  }
  return -1 - ((low >>> 0) + (high & 0xfffff) * 2 ** 32);
}

/** Tokens of the pasted texts that fit, worst first; each is preceded by `marks` marks, which count. */
async function paste(request: GenerateRequest, budget: number, tokenizer: Tokenizer, marks: number): Promise<number[][]> {
  const pieces: number[][] = [];
  let left = budget;
  for (const { text } of request.pasted ?? []) {
    if (left < 2) break;
    const ids = await tokenizer.encode(text.slice(0, left * charactersPerToken));
    const piece = ids.slice(0, left - marks);
    pieces.unshift(piece);
    left -= marks + piece.length;
  }
  return pieces;
}

async function cutSuffix(suffix: string, budget: number, tokenizer: Tokenizer): Promise<number[]> {
  return (await tokenizer.encode(suffix.slice(0, budget * charactersPerToken))).slice(0, budget);
}

/** The last tokens of the prefix that fit, from a line start where one is near, and up to `farTokens` before those. `whole` when nothing was cut. */
async function cutPrefix(prefix: string, budget: number, farTokens: number, tokenizer: Tokenizer): Promise<{ ids: number[]; far: number[]; whole: boolean }> {
  const excess = prefix.length - (budget + farTokens) * charactersPerToken;
  let start = Math.max(0, Math.floor(excess / characterStep) * characterStep);
  if (start > 0) {
    const line = prefix.indexOf('\n', start) + 1;
    if (line > 0 && line <= excess) start = line;
    else if ((prefix.charCodeAt(start) & 0xfc00) === 0xdc00) start += 1;
  }
  const ids = await tokenizer.encode(prefix.slice(start));
  if (ids.length <= budget) return { ids, far: [], whole: start === 0 };
  const step = cutStep(budget);
  let cut = Math.ceil((ids.length - budget) / step) * step;
  for (let at = cut; at < Math.min(cut + step, ids.length); at++) {
    if (tokenizer.bytesOf(ids[at - 1]!).at(-1) === 10) {
      cut = at;
      break;
    }
  }
  cut = Math.min(cut, ids.length - 1);
  return { ids: ids.slice(cut), far: ids.slice(Math.max(0, cut - farTokens), cut), whole: false };
}
