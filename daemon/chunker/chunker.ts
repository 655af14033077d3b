/**
 * Cuts a file into chunks: whole lines, at most CHUNK_TOKENS tokens each, at syntax boundaries where there is a grammar.
 * Nothing is lost: the byte ranges of a file's chunks concatenate to the file.
 */
import type { Chunk } from '../../store/types.js';
import type { TokenCounter } from '../../models/types.js';
import { cutCosts } from './cutCosts.js';
import { loadGrammars } from './grammars.js';
import { grammarOf } from './language.js';
import { packLines } from './packLines.js';

/**
 * Part of every cached value's key: the grammars' version and our own. Raise ours when the same blob would be cut,
 * refused, searched for identifiers, hashed by line (daemon/copylane/lineHash.ts) or handed to the fuser differently.
 */
export const CHUNKER_ID = '@vscode/tree-sitter-wasm@0.3.1+3';

/** Tokens of a chunk at most, except that a single longer line is a chunk by itself; the fuser then sees its first 128. */
export const CHUNK_TOKENS = 128;

export interface Chunker {
  /** Chunks of a text read as a language of `languageOf`; none for an empty text. The same input always gives the same chunks. */
  chunk(text: string, language: string): Promise<Chunk[]>;
}

/** Lines with their terminators. Only '\n' ends a line, as in Git and in tree-sitter; a '\r' before it stays in the line. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

/** Counts each distinct line once; a newline is always its own token, so the counts of lines add up. */
async function sumTokens(lines: readonly string[], tokens: TokenCounter): Promise<Float64Array> {
  const distinct = [...new Set(lines)];
  const counts = await tokens.count(distinct);
  const countOf = new Map(distinct.map((line, k) => [line, Math.max(1, counts[k]!)]));
  const sums = new Float64Array(lines.length + 1);
  for (let i = 0; i < lines.length; i++) sums[i + 1] = sums[i]! + countOf.get(lines[i]!)!;
  return sums;
}

export async function createChunker(tokens: TokenCounter): Promise<Chunker> {
  const grammars = loadGrammars();
  return {
    async chunk(text, language) {
      const lines = linesOf(text);
      if (lines.length === 0) return [];
      const sums = await sumTokens(lines, tokens);
      const grammar = grammarOf(language);
      const spans = grammar && sums[lines.length]! > CHUNK_TOKENS ? await grammars.parseSpans(text, grammar) : null;
      const costs = cutCosts(lines, sums, spans, language, CHUNK_TOKENS);
      return toChunks(lines, packLines(sums, costs, CHUNK_TOKENS));
    },
  };
}

function toChunks(lines: readonly string[], starts: readonly number[]): Chunk[] {
  let byte = 0;
  return starts.map((startLine, k) => {
    const endLine = starts[k + 1] ?? lines.length;
    const startByte = byte;
    for (let i = startLine; i < endLine; i++) byte += Buffer.byteLength(lines[i]!);
    return { startByte, endByte: byte, startLine, endLine };
  });
}
