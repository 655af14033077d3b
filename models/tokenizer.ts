import { Tokenizer as Engine } from 'tokenizers';
import { readManifest, readPart } from './bundle/read.js';
import type { TokenCounter } from './types.js';

export interface Tokenizer {
  encode(text: string): Promise<number[]>;
  encodeBatch(texts: string[]): Promise<number[][]>;
  /** The bytes a token stands for: a token may be part of a character. Empty for special and unknown tokens. */
  bytesOf(id: number): Uint8Array;
  /** One more than the largest token id. */
  readonly size: number;
  /** Ids of special tokens by their text, also those that encode never makes. */
  readonly specials: ReadonlyMap<string, number>;
}

interface TokenizerFile {
  added_tokens?: { id: number; content: string; special: boolean }[];
  decoder?: unknown;
  model?: { vocab?: Record<string, number> };
}

/**
 * Loads a Hugging Face tokenizer.json of the byte-level kind. Text never turns into special tokens: a `<pre>` in an
 * HTML file is five characters, not the prompt's prefix mark. Throws one line when it is not such a file.
 */
export function createTokenizer(json: string): Tokenizer {
  let file: TokenizerFile;
  try {
    file = JSON.parse(json) as TokenizerFile;
  } catch {
    throw new Error('tokenizer.json is not JSON: copy or download the bundle again.');
  }
  const vocab = file.model?.vocab;
  if (vocab === undefined || !JSON.stringify(file.decoder ?? null).includes('"ByteLevel"')) {
    throw new Error('tokenizer.json is not a byte-level BPE (as in Qwen2, Llama 3, StarCoder): choose a model that has one.');
  }
  const added = file.added_tokens ?? [];
  const marks = added.filter((each) => each.special || /^<.*>$/.test(each.content));
  const engine = Engine.fromString(JSON.stringify({ ...file, added_tokens: renumbered(added.filter((each) => !marks.includes(each)), vocab), post_processor: null }));
  const bytes = tokenBytes(vocab);
  for (const { id, content } of added) bytes[id] = new TextEncoder().encode(content);
  for (const { id } of marks) bytes[id] = new Uint8Array(0);
  const none = new Uint8Array(0);
  return {
    async encode(text) {
      return text === '' ? [] : (await engine.encode(text, null, { addSpecialTokens: false })).getIds();
    },
    async encodeBatch(texts) {
      return texts.length === 0 ? [] : (await engine.encodeBatch(texts, { addSpecialTokens: false })).map((each) => each.getIds());
    },
    bytesOf: (id) => bytes[id] ?? none,
    size: bytes.length,
    specials: new Map(marks.map((each) => [each.content, each.id])),
  };
}

/** The engine numbers added tokens from the end of the vocabulary on, so plain ones can be kept only where that agrees. */
function renumbered<T extends { id: number; content: string }>(kept: T[], vocab: Record<string, number>): T[] {
  let next = Object.keys(vocab).length;
  return kept.filter(({ id, content }) => vocab[content] === id || (id === next && ++next > 0));
}

/** Bytes of every token of a byte-level vocabulary, by id. */
function tokenBytes(vocab: Record<string, number>): Uint8Array[] {
  const byteOf = new Map<string, number>();
  let stand = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    byteOf.set(String.fromCodePoint(printable ? byte : stand++), byte);
  }
  const table: Uint8Array[] = [];
  for (const [token, id] of Object.entries(vocab)) {
    table[id] = Uint8Array.from([...token].flatMap((character) => byteOf.get(character) ?? []));
  }
  return table;
}

/** A token counter of its own for the caller's thread; loads only the bundle's tokenizer. */
export async function openTokenCounter(bundleDirectory: string): Promise<TokenCounter> {
  const tokenizer = openTokenizer(bundleDirectory);
  return { count: async (texts) => (await tokenizer.encodeBatch(texts)).map((ids) => ids.length) };
}

/** The tokenizer of a bundle, checked against its sha-256. */
export function openTokenizer(bundleDirectory: string): Tokenizer {
  const part = readPart(bundleDirectory, readManifest(bundleDirectory), 'tokenizer.json');
  return createTokenizer(new TextDecoder().decode(part));
}
