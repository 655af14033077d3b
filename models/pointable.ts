/** The tokens a pointer may copy, each known by what stood before it and by its slice's memory vector. */

/** A text that stands in the prompt, or behind consecutive memory vectors of it. */
export interface Piece {
  ids: number[];
  /** The prompt's memory vector that stands for the first slice of `ids`; null for text of the prompt itself. */
  vector: number | null;
}

/** Four lists of equal length, an entry a token. */
export interface Pointable {
  tokens: number[];
  /** The token before it in its own piece, and the one before that; pad where there is none. */
  before: number[];
  before2: number[];
  /** The prompt's memory vector of its slice, or −1. */
  vectors: number[];
}

export function pointableEntries(pieces: Piece[], pad: number, sliceTokens: number): Pointable {
  const entries: Pointable = { tokens: [], before: [], before2: [], vectors: [] };
  for (const { ids, vector } of pieces) {
    for (const [i, id] of ids.entries()) {
      entries.tokens.push(id);
      entries.before.push(ids[i - 1] ?? pad);
      entries.before2.push(ids[i - 2] ?? pad);
      entries.vectors.push(vector === null ? -1 : vector + Math.floor(i / sliceTokens));
    }
  }
  return entries;
}
