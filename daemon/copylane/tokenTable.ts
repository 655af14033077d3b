/** A stream of tokens and chained hash tables from the last few tokens to where they stand in it. */
import { mix } from './lineHash.js';

/** Tokens compared beyond a table's own. */
export const LONGEST_MATCH = 24;

export class TokenTable {
  /** [position]: token; 0 between two files. Position 0 stays a separator, so that chains can end in 0. */
  tokens: Uint32Array;
  used = 1;
  private heads: Int32Array[] = [];
  private next: Int32Array[] = [];
  private mask = 0;

  /** @param orders numbers of tokens the tables look at, most first */
  constructor(readonly orders: readonly number[], capacity: number) {
    const size = Math.max(64, capacity);
    this.tokens = new Uint32Array(size);
    this.next = orders.map(() => new Int32Array(size));
    this.makeHeads();
  }

  /** Adds a file's stream, with a separator before it. Returns where it starts. */
  append(stream: ArrayLike<number>): number {
    const start = this.used + 1;
    this.reserve(start + stream.length);
    this.tokens[this.used] = 0;
    for (let k = 0; k < stream.length; k++) this.tokens[start + k] = stream[k]!;
    this.used = start + stream.length;
    this.chain(start, this.used);
    return start;
  }

  /**
   * Positions whose last `orders[table]` tokens, blanks apart, are those that end at context[end]; latest first.
   * @param found filled with them, up to its length
   * @param walk links followed at most
   * @returns how many were found
   */
  find(table: number, context: ArrayLike<number>, end: number, walk: number, found: Int32Array): number {
    const order = this.orders[table]!;
    if (end + 1 < order) return 0;
    const next = this.next[table]!;
    const { tokens } = this;
    let count = 0;
    let position = this.heads[table]![hash(context, end, order) & this.mask]!;
    for (let walked = 0; position !== 0 && walked < walk && count < found.length; walked++, position = next[position]!) {
      let k = 0;
      while (k < order && tokens[position - k]! >>> 1 === context[end - k]! >>> 1) k++;
      if (k === order) found[count++] = position;
    }
    return count;
  }

  /** Tokens before and at two places that agree, blanks apart, `longest` at most; the first `known` are known to. */
  matchLength(position: number, context: ArrayLike<number>, end: number, known: number, longest: number): number {
    const most = Math.min(longest, end + 1);
    let k = known;
    while (k < most && this.tokens[position - k] !== 0 && this.tokens[position - k]! >>> 1 === context[end - k]! >>> 1) k++;
    return k;
  }

  private chain(start: number, end: number): void {
    this.orders.forEach((order, table) => {
      const heads = this.heads[table]!;
      const next = this.next[table]!;
      // The last token of a file has nothing after it.
      for (let position = start + order - 1; position < end - 1; position++) {
        const bucket = hash(this.tokens, position, order) & this.mask;
        next[position] = heads[bucket]!;
        heads[bucket] = position;
      }
    });
  }

  private reserve(length: number): void {
    if (length <= this.tokens.length) return;
    const size = Math.max(length, Math.ceil(this.tokens.length * 1.5));
    const tokens = new Uint32Array(size);
    tokens.set(this.tokens);
    this.tokens = tokens;
    this.next = this.next.map((old) => {
      const grown = new Int32Array(size);
      grown.set(old);
      return grown;
    });
    // Longer chains are cheaper than chaining everything anew, up to a point.
    if (size > 4 * (this.mask + 1)) this.rechain();
  }

  private rechain(): void {
    this.makeHeads();
    for (let start = 1; start < this.used; ) {
      let end = start;
      while (end < this.used && this.tokens[end] !== 0) end++;
      this.chain(start, end);
      start = end + 1;
    }
  }

  private makeHeads(): void {
    this.mask = 2 ** Math.ceil(Math.log2(this.tokens.length)) - 1;
    this.heads = this.orders.map(() => new Int32Array(this.mask + 1));
  }
}

function hash(tokens: ArrayLike<number>, end: number, order: number): number {
  let key = order;
  for (let k = 0; k < order; k++) key = mix(key, tokens[end - k]! >>> 1);
  return key;
}
