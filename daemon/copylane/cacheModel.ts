/**
 * The chance of the next token, from where the last tokens stand elsewhere: in the open file first, then in the
 * repository, nearer files counting more. Orders are blended from the longest match down, each leaving to the shorter
 * ones what its counts leave open (Witten and Bell's escape).
 */
import type { EditedFile } from './editedFile.js';
import type { TokenBlob, TokenSnapshot } from './tokenIndex.js';
import { LONGEST_MATCH, type TokenTable } from './tokenTable.js';
import { isLineEnd } from './tokens.js';

/** Least lengths of a match that are told apart, longest first. */
const LENGTHS = [24, 16, 12, 8, 6, 5, 4, 3, 2, 1];
const BUCKET = Uint8Array.from({ length: LONGEST_MATCH + 1 }, (_, length) => LENGTHS.findIndex((least) => length >= least));
/** Tokens the tables of the open file look at. */
export const OWN_ORDERS = [5, 2, 1];
const [LONG, MIDDLE, SHORT] = OWN_ORDERS as [number, number, number];
const OWN_WEIGHT = 8;
const SAME_FOLDER = 2;
const ESCAPE = 2;
/** Links of a chain followed at most. */
const WALK = 14;
/** Once this little is left to shorter matches they are not looked up. */
const NEGLIGIBLE = 0.06;
/** Tokens of context carried along. */
export const CONTEXT = 32;
/** Occurrences of one look-up: five chains. */
const MOST_SEEN = 5 * WALK;
const SLOTS = 1024;

/** Tokens that may come next with their chances; what is missing to 1 is left to tokens never seen here. */
export interface Next {
  tokens: readonly number[];
  chances: readonly number[];
  /** Chance that the line ends. */
  end: number;
}

export function chanceOf({ tokens, chances }: Next, token: number): number {
  const at = tokens.indexOf(token);
  return at < 0 ? 0 : chances[at]!;
}

/** One request's view of the occurrences. */
export class CacheModel {
  /** [blob]: weight of its occurrences in this request; -1 while unknown. */
  private readonly weights: Float32Array;
  private readonly folder: string;
  // What one look-up sees: [occurrence] bucket of its length, next token, weight.
  private seen = 0;
  private readonly buckets = new Uint8Array(MOST_SEEN);
  private readonly nexts = new Uint32Array(MOST_SEEN);
  private readonly counts = new Float64Array(MOST_SEEN);
  private readonly found = new Int32Array(WALK);
  // [distinct next token]: itself, its count so far, its chance; found through slots by a hash of the token.
  private distinct = 0;
  private readonly tokens = new Uint32Array(MOST_SEEN);
  private readonly sums = new Float64Array(MOST_SEEN);
  private readonly chances = new Float64Array(MOST_SEEN);
  private readonly slots = new Int16Array(SLOTS);
  private total = 0;
  private rest = 1;

  constructor(private readonly index: TokenSnapshot, private readonly own: TokenTable, private readonly edited: EditedFile) {
    this.weights = new Float32Array(index.blobs.length).fill(-1);
    this.folder = edited.path.slice(0, edited.path.lastIndexOf('/') + 1);
  }

  /** @param context tokens; the next one comes after context[end] */
  next(context: ArrayLike<number>, end: number): Next {
    this.distinct = 0;
    this.total = 0;
    this.rest = 1;
    this.slots.fill(0);
    this.gather(0, LONG, LONGEST_MATCH, context, end);
    this.blend(0, BUCKET[LONG]!);
    if (this.rest > NEGLIGIBLE) {
      this.gather(1, MIDDLE, LONG - 1, context, end);
      this.blend(BUCKET[LONG]! + 1, BUCKET[MIDDLE]!);
    }
    if (this.rest > NEGLIGIBLE) {
      this.seen = 0;
      this.gatherFrom(this.own, 2, SHORT, MIDDLE - 1, context, end);
      this.blend(BUCKET[MIDDLE]! + 1, LENGTHS.length - 1);
    }
    const tokens: number[] = [];
    const chances: number[] = [];
    let ends = 0;
    for (let k = 0; k < this.distinct; k++) {
      tokens.push(this.tokens[k]!);
      chances.push(this.chances[k]!);
      if (isLineEnd(this.tokens[k]!)) ends += this.chances[k]!;
    }
    return { tokens, chances, end: ends };
  }

  private gather(table: number, least: number, most: number, context: ArrayLike<number>, end: number): void {
    this.seen = 0;
    this.gatherFrom(this.own, table, least, most, context, end);
    this.gatherFrom(this.index.table, table, least, most, context, end);
  }

  private gatherFrom(source: TokenTable, table: number, least: number, most: number, context: ArrayLike<number>, end: number): void {
    const { found } = this;
    const count = source.find(table, context, end, WALK, found);
    for (let k = 0; k < count; k++) {
      const position = found[k]!;
      const weight = source === this.own ? OWN_WEIGHT : this.weightAt(position);
      if (weight === 0) continue;
      // A longer match was seen before, in the table of longer ones.
      const length = source.matchLength(position, context, end, least, most < LONGEST_MATCH ? most + 1 : most);
      if (length > most) continue;
      this.buckets[this.seen] = BUCKET[length]!;
      this.nexts[this.seen] = source.tokens[position + 1]!;
      this.counts[this.seen++] = weight;
    }
  }

  /** Blends in what was seen, length by length. */
  private blend(from: number, to: number): void {
    for (let bucket = from; bucket <= to && this.seen > 0; bucket++) {
      const before = this.total;
      for (let k = 0; k < this.seen; k++) if (this.buckets[k] === bucket) this.count(this.nexts[k]!, this.counts[k]!);
      if (this.total === before) continue;
      const share = this.total / (this.total + ESCAPE * this.distinct);
      const scale = (this.rest * share) / this.total;
      for (let k = 0; k < this.distinct; k++) this.chances[k]! += scale * this.sums[k]!;
      this.rest *= 1 - share;
    }
  }

  private count(token: number, weight: number): void {
    let slot = (Math.imul(token, 0x9e3779b1) >>> 22) & (SLOTS - 1);
    for (let at = this.slots[slot]!; at !== 0; at = this.slots[slot]!) {
      if (this.tokens[at - 1] === token) break;
      slot = (slot + 1) & (SLOTS - 1);
    }
    let at = this.slots[slot]! - 1;
    if (at < 0) {
      at = this.distinct++;
      this.slots[slot] = this.distinct;
      this.tokens[at] = token;
      this.sums[at] = 0;
      this.chances[at] = 0;
    }
    this.sums[at]! += weight;
    this.total += weight;
  }

  private weightAt(position: number): number {
    const number = this.index.ownerOf(position);
    let weight = this.weights[number] ?? 0;
    if (weight < 0) this.weights[number] = weight = this.weightOf(this.index.blobs[number]!);
    return weight;
  }

  private weightOf({ oid, paths }: TokenBlob): number {
    if (paths.length === 0 || this.edited.isOwn(oid)) return 0;
    return paths.some((path) => path.startsWith(this.folder)) ? SAME_FOLDER : 1;
  }
}
