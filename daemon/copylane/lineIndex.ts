/**
 * Where each line and each run of lines of the live files stands, in memory, by hash alone.
 *
 * The non-blank lines of all blobs lie one after the other in flat arrays, a zero between two blobs; a position is an
 * index into them. Chains by hash of the last 1, 2 and 4 lines, exact and by shape, lead from a context to the positions
 * that end it. Blobs of trees that are no longer open stay, marked dead, so that switching back costs nothing; they are
 * dropped once they outweigh the live ones.
 */
import { ContextTable, CONTEXTS } from './contextTable.js';
import type { EditedFile } from './editedFile.js';

export interface HashedFile {
  path: string;
  oid: string;
  /** Layout of lineHash.ts. */
  hashes: Uint32Array;
}

interface IndexedBlob {
  oid: string;
  start: number;
  end: number;
  /** Paths of the open tree that hold this blob; empty when dead. */
  paths: string[];
}

/** Dead positions are dropped when they outnumber the live ones and this. */
const DEAD_FLOOR = 50_000;
/** Room made beyond what is needed at once, so that the next commit finds some. */
const ROOM = 1.125;
const SLASH = 47;

export class LineIndex {
  /** [position]: hash of the line, 0 between blobs. */
  exact = new Uint32Array(1024);
  /** [position]: shape and indentation, as in lineHash.ts. */
  shape = new Uint32Array(1024);
  /** [position]: 0-based line in its file. */
  line = new Int32Array(1024);
  /** [position]: index into blobs. */
  private owner = new Int32Array(1024);
  private blobs: IndexedBlob[] = [];
  private readonly byOid = new Map<string, number>();
  /** Live paths to their blobs' ids. */
  private oids = new Map<string, string>();
  /** Position 0 stays a separator, so that chains can end in 0. */
  private used = 1;
  private dead = 0;
  private tables: ContextTable[] = [];

  constructor() {
    this.makeTables();
  }

  /** Makes the given files the live ones. Blobs indexed before, live or dead, are not indexed again. */
  update(files: Iterable<HashedFile>): void {
    for (const blob of this.blobs) blob.paths = [];
    const live = [...files];
    // Room for all at once: growing makes the tables anew.
    const added = live.filter((file) => !this.byOid.has(file.oid));
    const wanted = this.used + added.reduce((sum, file) => sum + (file.hashes.length >>> 1) + 1, 0);
    if (wanted > this.exact.length) this.reserve(Math.ceil(wanted * ROOM));
    for (const file of live) {
      let known = this.byOid.get(file.oid);
      if (known === undefined) known = this.append(file);
      this.blobs[known]!.paths.push(file.path);
    }
    this.oids = new Map(live.map(({ path, oid }) => [path, oid]));
    this.dead = this.blobs.reduce((sum, blob) => sum + (blob.paths.length > 0 ? 0 : blob.end - blob.start), 0);
    if (this.dead > DEAD_FLOOR && this.dead > this.used / 2) this.compact();
  }

  /** Makes one file live at a path in place of what was there; undefined: none. */
  put(path: string, file: HashedFile | undefined): void {
    const before = this.liveAt(path);
    if (before !== undefined) {
      before.paths = before.paths.filter((other) => other !== path);
      if (before.paths.length === 0) this.dead += before.end - before.start;
    }
    this.oids.delete(path);
    if (file === undefined) return;
    let known = this.byOid.get(file.oid);
    if (known === undefined) known = this.append(file);
    else if (this.blobs[known]!.paths.length === 0) this.dead -= this.blobs[known]!.end - this.blobs[known]!.start;
    this.blobs[known]!.paths.push(path);
    this.oids.set(path, file.oid);
  }

  /** The live file at a path, less blank lines at its end. */
  fileAt(path: string): HashedFile | undefined {
    const blob = this.liveAt(path);
    return blob && { path, oid: blob.oid, hashes: this.hashesOf(blob) };
  }

  private liveAt(path: string): IndexedBlob | undefined {
    const oid = this.oids.get(path);
    return oid === undefined ? undefined : this.blobs[this.byOid.get(oid)!];
  }

  /** Live lines. */
  get size(): number {
    return this.used - 1 - this.blobs.length - this.dead;
  }

  /** Blob id of a live path. */
  oidOf(path: string): string | undefined {
    return this.oids.get(path);
  }

  /** Hashes of a blob's non-blank lines in order, as `exact` holds them; valid until the next update. */
  exactOf(oid: string): Uint32Array {
    const blob = this.blobs[this.byOid.get(oid) ?? -1];
    return blob ? this.exact.subarray(blob.start, blob.end) : new Uint32Array(0);
  }

  /** Position of a live blob's n-th non-blank line, 0 first; 0 when it has none. */
  positionOf(oid: string, n: number): number {
    const blob = this.blobs[this.byOid.get(oid) ?? -1];
    return blob && blob.start + n < blob.end ? blob.start + n : 0;
  }

  /** The file a position is live in, unless its text is the edited file's; the nearest to the edited one of several. */
  place(position: number, edited: EditedFile): { path: string; oid: string } | undefined {
    const { oid, paths } = this.blobs[this.owner[position]!]!;
    let best: string | undefined;
    for (const path of paths) {
      if (best === undefined || sharedFolders(path, edited.path) > sharedFolders(best, edited.path)) best = path;
    }
    return best === undefined || edited.isOwn(oid) ? undefined : { path: best, oid };
  }

  /** Paths of the open tree that hold the blob of a position; none when it is dead. */
  pathsAt(position: number): readonly string[] {
    return this.blobs[this.owner[position]!]!.paths;
  }

  /**
   * Positions, latest first, whose last lines agree with a context: by exact hash or by shape, over `lines` lines.
   * @param query the context's hashes, nearest line first, as `exact` or `shape` of this index hold them
   */
  find(kind: 'exact' | 'shape', lines: number, query: Uint32Array, limit: number): number[] {
    const table = this.tables.find((one) => one.kind === kind && one.lines === lines)!;
    return table.find(this, query, limit, (position) => this.blobs[this.owner[position]!]!.paths.length > 0);
  }

  /** Live files with the edited one's extension, the nearest in the tree of folders first; none with its own text. */
  neighbours(edited: EditedFile, most: number): { path: string; oid: string }[] {
    const { path } = edited;
    const extension = path.slice(path.lastIndexOf('.') + 1);
    const found: { path: string; oid: string; near: number }[] = [];
    for (const blob of this.blobs) {
      for (const other of blob.paths) {
        if (other.endsWith(extension)) found.push({ path: other, oid: blob.oid, near: sharedFolders(other, path) });
      }
    }
    const nearest: { path: string; oid: string }[] = [];
    for (const { path: at, oid } of found.sort((a, b) => b.near - a.near || (a.path < b.path ? -1 : 1))) {
      if (nearest.length === most) break;
      if (!edited.isOwn(oid)) nearest.push({ path: at, oid });
    }
    return nearest;
  }

  private append(file: HashedFile): number {
    const index = this.blobs.length;
    const count = file.hashes.length >>> 1;
    this.reserve(this.used + count + 1);
    const start = this.used;
    for (let i = 0; i < count; i++) {
      if (file.hashes[2 * i] === 0) continue;
      const position = this.used++;
      this.exact[position] = file.hashes[2 * i]!;
      this.shape[position] = file.hashes[2 * i + 1]!;
      this.line[position] = i;
      this.owner[position] = index;
      for (const table of this.tables) table.insert(this, position);
    }
    this.blobs.push({ oid: file.oid, start, end: this.used, paths: [] });
    this.byOid.set(file.oid, index);
    this.exact[this.used] = 0;
    this.shape[this.used] = 0;
    this.owner[this.used] = index;
    this.used++;
    return index;
  }

  private reserve(length: number): void {
    if (length <= this.exact.length) return;
    const capacity = Math.max(length, this.exact.length * 2);
    const grow = <T extends Uint32Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.exact = grow(new Uint32Array(capacity), this.exact);
    this.shape = grow(new Uint32Array(capacity), this.shape);
    this.line = grow(new Int32Array(capacity), this.line);
    this.owner = grow(new Int32Array(capacity), this.owner);
    this.makeTables();
    for (let position = 1; position < this.used; position++) {
      if (this.exact[position] === 0) continue;
      for (const table of this.tables) table.insert(this, position);
    }
  }

  private makeTables(): void {
    this.tables = CONTEXTS.map(({ kind, lines }) => new ContextTable(kind, lines, this.exact.length));
  }

  private hashesOf({ start, end }: IndexedBlob): Uint32Array {
    const hashes = new Uint32Array(end > start ? 2 * (this.line[end - 1]! + 1) : 0);
    for (let position = start; position < end; position++) {
      hashes[2 * this.line[position]!] = this.exact[position]!;
      hashes[2 * this.line[position]! + 1] = this.shape[position]!;
    }
    return hashes;
  }

  /** Starts over with the live blobs. */
  private compact(): void {
    const live = this.blobs.filter((blob) => blob.paths.length > 0);
    const files = live.map((blob) => ({ oid: blob.oid, paths: blob.paths, hashes: this.hashesOf(blob) }));
    this.blobs = [];
    this.byOid.clear();
    this.used = 1;
    this.dead = 0;
    this.makeTables();
    for (const file of files) this.blobs[this.append({ path: '', ...file })]!.paths = file.paths;
  }
}

/** Leading folders two paths share; a file's own name is none. */
export function sharedFolders(a: string, b: string): number {
  let shared = 0;
  for (let at = 0; at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at); at++) if (a.charCodeAt(at) === SLASH) shared++;
  return shared;
}
