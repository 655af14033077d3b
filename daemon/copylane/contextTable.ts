/** One chained hash table over the positions of a line index: from the last few lines to where they stand. */
import { mix } from './lineHash.js';

/** The flat arrays of a line index. */
export interface Lines {
  exact: Uint32Array;
  shape: Uint32Array;
}

export const CONTEXTS = [
  { kind: 'exact', lines: 4 },
  { kind: 'exact', lines: 2 },
  { kind: 'exact', lines: 1 },
  { kind: 'shape', lines: 4 },
  { kind: 'shape', lines: 2 },
  { kind: 'shape', lines: 1 },
] as const;

/** Links followed at most: bounds the time of a lookup where one line stands thousands of times. */
const LONGEST_WALK = 6000;

export class ContextTable {
  private readonly heads: Int32Array;
  private readonly next: Int32Array;
  private readonly mask: number;

  constructor(readonly kind: 'exact' | 'shape', readonly lines: number, capacity: number) {
    this.mask = 2 ** Math.ceil(Math.log2(capacity)) - 1;
    this.heads = new Int32Array(this.mask + 1);
    this.next = new Int32Array(capacity);
  }

  /** Positions must be inserted in ascending order, each once. */
  insert(lines: Lines, position: number): void {
    let key = 0;
    for (let k = 0; k < this.lines; k++) {
      if (lines.exact[position - k] === 0) return;
      key = mix(key, this.word(lines, position - k));
    }
    const bucket = key & this.mask;
    this.next[position] = this.heads[bucket]!;
    this.heads[bucket] = position;
  }

  find(lines: Lines, query: Uint32Array, limit: number, live: (position: number) => boolean): number[] {
    const found: number[] = [];
    if (query.length < this.lines) return found;
    let key = 0;
    for (let k = 0; k < this.lines; k++) key = mix(key, this.kind === 'exact' ? query[k]! : query[k]! >>> 8);
    let walked = 0;
    for (let position = this.heads[key & this.mask]!; position !== 0 && walked < LONGEST_WALK; position = this.next[position]!) {
      walked++;
      if (!this.agrees(lines, position, query) || !live(position)) continue;
      found.push(position);
      if (found.length === limit) break;
    }
    return found;
  }

  private agrees(lines: Lines, position: number, query: Uint32Array): boolean {
    for (let k = 0; k < this.lines; k++) {
      const word = this.kind === 'exact' ? query[k]! : query[k]! >>> 8;
      if (lines.exact[position - k] === 0 || this.word(lines, position - k) !== word) return false;
    }
    return true;
  }

  private word(lines: Lines, position: number): number {
    return this.kind === 'exact' ? lines.exact[position]! : lines.shape[position]! >>> 8;
  }
}
