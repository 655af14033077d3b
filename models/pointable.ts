/** The tokens a pointer may copy, each known by what stood before it and by its slice's memory vector. */

/** A text that stands in the file, or behind consecutive memory vectors of the prompt. */
export interface Piece {
  ids: number[];
  /** The prompt's memory vector that stands for the first slice of `ids`; null for text of the file or pasted text. */
  vector: number | null;
  /** Text of the file above the cursor. */
  above: boolean;
}

/** Lists of equal length, an entry a token. */
export interface Pointable {
  tokens: number[];
  /** How many tokens stand before it in its own piece: they are the entries before it. */
  depths: number[];
  /** The prompt's memory vector of its slice, or −1. */
  vectors: number[];
  /** Whether it stands in the file above the cursor. */
  above: boolean[];
}

export function pointableEntries(pieces: Piece[], sliceTokens: number): Pointable {
  const entries: Pointable = { tokens: [], depths: [], vectors: [], above: [] };
  for (const { ids, vector, above } of pieces) {
    for (const [i, id] of ids.entries()) {
      entries.tokens.push(id);
      entries.depths.push(i);
      entries.vectors.push(vector === null ? -1 : vector + Math.floor(i / sliceTokens));
      entries.above.push(above);
    }
  }
  return entries;
}

/** The token `back` places before entry `j` in its own piece; `pad` where there is none. */
export function tokenBefore({ tokens, depths }: Pointable, j: number, back: number, pad: number): number {
  return depths[j]! >= back ? tokens[j - back]! : pad;
}

/**
 * What each entry is judged by, for a position whose text is `history` (last token first): the number of tokens before
 * the entry that are the last ones written, at most `reach`; reach + 1 is added for entries not above the cursor.
 * Writes into `out` from `offset` on.
 */
export function countMatches(history: readonly number[], { tokens, depths, above }: Pointable, reach: number, out: Int32Array, offset: number): void {
  for (let j = 0; j < tokens.length; j++) {
    const most = Math.min(reach, history.length, depths[j]!);
    let length = 0;
    while (length < most && tokens[j - 1 - length] === history[length]) length++;
    out[offset + j] = length + (above[j]! ? 0 : reach + 1);
  }
}

/** The distinct tokens in the order they are met, and which of them each is. */
export function distinctTokens(tokens: readonly number[]): { distinct: number[]; kinds: number[] } {
  const known = new Map<number, number>();
  const kinds = tokens.map((token) => {
    const kind = known.get(token) ?? known.size;
    known.set(token, kind);
    return kind;
  });
  return { distinct: [...known.keys()], kinds };
}
