/**
 * The tokens of the live files, in memory, found by the run of tokens before them.
 *
 * Follows a line index: what that one holds is read blob by blob, in the background, and checked against its hashes.
 * Blobs of trees that are no longer open stay, unused, so that switching back costs nothing; once they outweigh the live
 * ones, these are read anew and the others forgotten.
 */
import { hashExact, splitLines } from './lineHash.js';
import type { HashedFile } from './lineIndex.js';
import { indentOf } from './scanLine.js';
import { TokenTable } from './tokenTable.js';
import { lineEnd, tokensOf, Vocabulary } from './tokens.js';

/** Tokens the tables of the index look at. */
const ORDERS = [5, 2];
/** Tokens kept at most; files beyond are known by their lines alone. 20 bytes a token, and the vocabulary. */
const MOST_TOKENS = 6_000_000;
/** Longer lines are data. */
const LONGEST_LINE = 400;
const TOKENS_A_LINE = 9;
/** Dead tokens are dropped when they outnumber the live ones and this. */
const DEAD_FLOOR = 200_000;
/** Milliseconds of work between two turns of the event loop. */
const SLICE = 4;
const BLOCK = 64;

export interface TokenSnapshot {
  readonly table: TokenTable;
  readonly vocabulary: Vocabulary;
  readonly blobs: readonly TokenBlob[];
  /** Number of the blob that holds a position. */
  ownerOf(position: number): number;
}

export interface TokenBlob {
  oid: string;
  start: number;
  end: number;
  /** Paths of the open tree that hold this blob; empty when dead. */
  paths: string[];
}

export type ReadText = (oid: string) => Promise<Buffer | string | undefined>;

export class TokenIndex {
  vocabulary = new Vocabulary();
  table = new TokenTable(ORDERS, 0);
  private blobs: TokenBlob[] = [];
  private byOid = new Map<string, number>();
  /** [position / BLOCK]: the blob that holds the block's first position. */
  private owners: number[] = [];
  private wanted: HashedFile[] = [];
  private filling: Promise<void> | undefined;
  private generation = 0;
  /** Live blobs to their paths. */
  private paths = new Map<string, string[]>();

  constructor(private readonly read: ReadText) {}

  /** Makes the given files the live ones; what is not read yet is from now on. */
  update(files: readonly HashedFile[]): void {
    this.generation++;
    for (const blob of this.blobs) blob.paths = [];
    const wanted = new Map<string, HashedFile>();
    for (const file of files) {
      const known = this.byOid.get(file.oid);
      if (known !== undefined) this.blobs[known]!.paths.push(file.path);
      else if (file.hashes.length > 0) wanted.set(file.oid, wanted.get(file.oid) ?? file);
    }
    this.paths = new Map();
    for (const { oid, path } of files) this.paths.set(oid, [...(this.paths.get(oid) ?? []), path]);
    const dead = this.blobs.reduce((sum, blob) => sum + (blob.paths.length > 0 ? 0 : blob.end - blob.start), 0);
    if (dead > DEAD_FLOOR && dead > this.table.used / 2) return this.startOver(files);
    this.wanted = [...wanted.values()];
    this.filling = this.wanted.length > 0 ? this.fill(this.generation) : undefined;
  }

  /** Makes one file live at a path in place of the blob `before`; undefined: none. It is read from now on. */
  put(path: string, before: string | undefined, file: HashedFile | undefined): void {
    const move = (oid: string, paths: string[]): void => {
      this.paths.set(oid, paths);
      const known = this.byOid.get(oid);
      if (known !== undefined) this.blobs[known]!.paths = [...paths];
    };
    if (before !== undefined) move(before, (this.paths.get(before) ?? []).filter((other) => other !== path));
    if (file === undefined) return;
    move(file.oid, [...(this.paths.get(file.oid) ?? []), path]);
    if (this.byOid.has(file.oid) || file.hashes.length === 0) return;
    this.wanted.push(file);
    this.filling ??= this.fill(this.generation);
  }

  /** Everything live is read again, in the background: to move millions of tokens at once would hold up the process. */
  private startOver(files: readonly HashedFile[]): void {
    this.blobs = [];
    this.byOid = new Map();
    this.owners = [];
    this.vocabulary = new Vocabulary();
    this.table = new TokenTable(ORDERS, 0);
    this.update(files);
  }

  /** Resolves when everything live is read. */
  async settled(): Promise<void> {
    while (this.filling) await this.filling;
  }

  get size(): number {
    return this.table.used;
  }

  /** What one request looks at; stays whole when the index follows another tree meanwhile. */
  snapshot(): TokenSnapshot {
    const { blobs, owners, table, vocabulary } = this;
    return {
      table,
      vocabulary,
      blobs,
      ownerOf(position) {
        let number = owners[Math.floor(position / BLOCK)]!;
        while (blobs[number]!.end <= position) number++;
        return number;
      },
    };
  }

  private async fill(generation: number): Promise<void> {
    let began = performance.now();
    for (const file of this.wanted) {
      if (this.table.used >= MOST_TOKENS) break;
      // A blob that cannot be read, or not any more, is none to compose from; whole lines report their own errors.
      const content = await this.read(file.oid).catch(() => undefined);
      if (generation !== this.generation) return;
      if (content !== undefined && !this.byOid.has(file.oid)) this.append(file, content.toString());
      if (performance.now() - began > SLICE) {
        await new Promise((resolve) => setImmediate(resolve));
        if (generation !== this.generation) return;
        began = performance.now();
      }
    }
    this.wanted = [];
    this.filling = undefined;
  }

  private append(file: HashedFile, text: string): void {
    const stream = this.streamOf(file, text);
    if (!stream) return;
    if (this.blobs.length === 0) this.table = new TokenTable(ORDERS, Math.min(MOST_TOKENS, this.wanted.reduce((sum, { hashes }) => sum + (TOKENS_A_LINE * hashes.length) / 2, 1024)));
    this.insert(file.oid, stream, this.paths.get(file.oid) ?? []);
  }

  private insert(oid: string, stream: ArrayLike<number>, paths: string[]): void {
    const start = this.table.append(stream);
    this.byOid.set(oid, this.blobs.length);
    this.blobs.push({ oid, start, end: this.table.used, paths });
    while (this.owners.length * BLOCK < this.table.used) this.owners.push(this.blobs.length - 1);
  }

  /** Undefined when the text is not what was hashed. */
  private streamOf(file: HashedFile, text: string): number[] | undefined {
    const stream: number[] = [];
    let previous = -1;
    const lines = splitLines(text);
    if (lines.length !== file.hashes.length >>> 1) return undefined;
    for (let i = 0; i < lines.length; i++) {
      if (file.hashes[2 * i] === 0) continue;
      const line = lines[i]!.trim();
      if (hashExact(line) !== file.hashes[2 * i]) return undefined;
      const indent = indentOf(lines[i]!);
      if (previous >= 0) stream.push(lineEnd(previous, indent));
      previous = indent;
      if (line.length <= LONGEST_LINE) for (const token of tokensOf(line, this.vocabulary)) stream.push(token);
    }
    if (previous >= 0) stream.push(lineEnd(previous, 0));
    return stream;
  }
}
