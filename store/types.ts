/**
 * What the store keeps and hands back. The store knows a model only by its id and its vector shapes.
 *
 * Object ids are lower-case hex strings (40 or 64 digits) at every interface and raw bytes in the database.
 */

/** Shapes of the vectors a model makes; fixed for the life of a database. */
export interface VectorShapes {
  /** Length of one memory vector. */
  memoryDim: number;
  /** Length of a key vector. */
  keyDim: number;
}

/**
 * Vectors fused from one chunk, file or directory.
 * `memory[v * memoryDim + i] * scales[v]` is the float value of component i of vector v.
 */
export interface FusedVectors {
  /** [count * memoryDim] */
  memory: Int8Array;
  /** [count] */
  scales: Float32Array;
  /** [keyDim], round(127 * unit vector) */
  key: Int8Array;
}

/** Why a file of the tree has no vectors. Closed list: the explanation of each is in store/skips.ts. */
export type SkipReason =
  | 'binary'
  | 'minified'
  | 'generated'
  | 'huge'
  | 'lfs-pointer'
  | 'symlink'
  | 'gitlink'
  | 'secret-like'
  | 'ignored'
  | 'not-utf8'
  | 'missing';

/** One chunk: whole lines, at most 128 tokens; the chunks of a blob concatenate to the blob. */
export interface Chunk {
  /** Byte range in the blob, end exclusive. */
  startByte: number;
  endByte: number;
  /** 0-based line range, end exclusive. */
  startLine: number;
  endLine: number;
}

export interface ChunkRow extends Chunk {
  /** Distinct identifiers of the chunk, for the lexical index. */
  identifiers: string[];
  vectors: FusedVectors;
}

/** Everything derived from one blob read as one language. Written whole, in one transaction. */
export interface BlobRecord {
  oid: string;
  language: string;
  bytes: number;
  /** Set when the content itself is refused (binary, minified, huge…); then chunks is empty and file null. */
  skip: SkipReason | null;
  /** Two 32-bit words a line (layout in daemon/copylane/lineHash.ts); drives the copy lane. */
  lineHashes: Uint32Array;
  chunks: ChunkRow[];
  file: FusedVectors | null;
}

export interface TreeEntry {
  name: string;
  kind: 'blob' | 'tree' | 'symlink' | 'gitlink';
  oid: string;
}

/** A directory's place in the cache: `scope` is '' unless ignore rules reach into it or objects below it are missing. */
export interface DirectoryKey {
  tree: string;
  scope: string;
}

export interface DirectoryChild {
  name: string;
  kind: 'file' | 'directory';
  /** Blob id, or tree id. */
  oid: string;
  /** The language the blob is read as; '' for directories. */
  language: string;
  /** The child directory's scope; '' for files. */
  scope: string;
}

export interface DirectoryRecord extends DirectoryKey {
  /** Indexed children only, in tree order; skipped entries are listed apart. */
  children: DirectoryChild[];
  skipped: { name: string; reason: SkipReason }[];
  vectors: FusedVectors;
}

export type NodeKind = 'chunk' | 'file' | 'directory';

/** One retrieved node of the hierarchy. */
export interface Hit {
  kind: NodeKind;
  /** Row id in the table of its kind. */
  id: number;
  /** Path of the file or directory in the current tree ('' is the root). */
  path: string;
  score: number;
  /** Chunks only: 0-based line range, end exclusive. */
  startLine?: number;
  endLine?: number;
}

/** A file of the open tree that is in the index. */
export interface LiveFile {
  path: string;
  oid: string;
  language: string;
  /** Row id of the blob. */
  id: number;
}

/** One root tree opened for retrieval. Cheap to reopen for a neighbouring tree: unchanged blobs are kept. */
export interface TreeView {
  readonly root: DirectoryKey;
  files(): readonly LiveFile[];
  file(path: string): LiveFile | undefined;
  chunkCount(): number;
  nodeCount(): number;
  /**
   * Lexical search, BM25 over identifiers, over chunks of the open tree; the chunks of `exclude` never come back.
   * `weights` says what each identifier counts, 1 without.
   */
  searchLexical(identifiers: readonly string[], k: number, exclude: string, weights?: readonly number[]): Hit[];
  /** Nearest keys (cosine), over chunks of the open tree. `query` is [keyDim], any scale. */
  searchChunks(query: Float32Array, k: number, exclude: string): Hit[];
  /** Nearest keys over file and directory nodes of the open tree; the node of `exclude` itself never comes back. */
  searchNodes(query: Float32Array, k: number, exclude: string): Hit[];
  /** The chunks of a live file in its order, with score 0; none for a path that is not live. */
  chunksOf(path: string): Hit[];
  /** The chunk of a file that holds a 0-based line; undefined when the file or the line is not there. Score 0. */
  chunkAt(path: string, line: number): Hit | undefined;
  /** The vectors of a hit. */
  vectors(hit: Hit): FusedVectors;
  /** The chunk row behind a hit: blob id and byte range, to read its text. */
  chunkRange(hit: Hit): { oid: string; startByte: number; endByte: number };
  /** Line hashes of every live file, in path order. */
  lineHashes(): Iterable<{ path: string; oid: string; hashes: Uint32Array }>;
}

export type RefState = 'ready' | 'indexing' | 'paused' | 'error';

/** One row a worktree and branch: what tree its index stands at. */
export interface RefRow {
  worktree: string;
  /** Full ref name, or 'HEAD' when detached. */
  ref: string;
  commit: string;
  root: DirectoryKey;
  state: RefState;
  updated: number;
}

/** Counters since the database was made. */
export interface Counters {
  chunks_fused: number;
  nodes_fused: number;
  blobs_read: number;
  completions: number;
  hooks: number;
}

export interface StoreStats {
  chunks: number;
  nodes: number;
  db_bytes: number;
  source_bytes: number;
  blobs: number;
  skipped: Record<string, number>;
}

export interface StoreOptions {
  /** Folder that holds the database, made 0700 if absent. */
  directory: string;
  modelId: string;
  chunkerId: string;
  shapes: VectorShapes;
  /** The database file may not grow beyond this many bytes (disk-full then); no limit if absent. */
  maxBytes?: number;
}

/**
 * The database of one Git common directory. One writer. All methods are synchronous (better-sqlite3).
 * Errors are StoreError with a code of store/errors.ts.
 */
export interface Store {
  readonly path: string;
  /** Set when a corrupt database was moved aside at open: the path of the quarantined file. */
  readonly quarantined: string | null;
  hasBlob(oid: string, language: string): boolean;
  /** Which of these are absent, order kept, duplicates removed. */
  missingBlobs(blobs: readonly { oid: string; language: string }[]): { oid: string; language: string }[];
  putBlob(record: BlobRecord): void;
  /** The record's skip reason, and the file node needed to fuse its directory. */
  blobSummary(oid: string, language: string): { skip: SkipReason | null; file: FusedVectors | null } | undefined;
  hasDirectory(key: DirectoryKey): boolean;
  putDirectory(record: DirectoryRecord): void;
  directoryVectors(key: DirectoryKey): FusedVectors | undefined;
  openView(root: DirectoryKey, previous?: TreeView): TreeView;
  refs(): RefRow[];
  putRef(row: RefRow): void;
  deleteRef(worktree: string, ref: string): void;
  counters(): Counters;
  bump(counters: Partial<Counters>): void;
  stats(): StoreStats;
  /** Deletes every blob and directory no ref reaches, and compacts. */
  collect(): { blobs: number; directories: number; bytesFreed: number };
  /** A digest of all vectors, keys and identifiers reachable from a root: equal for equal indexes, whatever led there. */
  digest(root: DirectoryKey): string;
  /**
   * Merges some of the text index's segments: every blob put adds one, and every search reads all there are. True when more
   * may be left.
   */
  mergeTerms(): boolean;
  /** Learns some of how frequent terms are, which searches of a large tree go faster by. True when more is left. */
  countTerms(): boolean;
  checkpoint(): void;
  close(): void;
}

/** Reading Git objects; one of two implementations (native git, isomorphic-git) behind `openObjects`. */
export interface ObjectReader {
  readonly kind: 'git' | 'isomorphic-git';
  readTree(oid: string): Promise<TreeEntry[]>;
  /** Undefined when the object is not there (shallow or partial clones). */
  readBlob(oid: string): Promise<Buffer | undefined>;
  /** Size in bytes without reading the content where that can be had. */
  blobSize(oid: string): Promise<number | undefined>;
  /** Commit id → root tree id. Takes any revision of `git rev-parse` form that both implementations know: an id, a ref, HEAD. */
  rootTree(revision: string): Promise<{ commit: string; tree: string }>;
  /** Full names of the local branches, sorted. */
  branches(): Promise<string[]>;
  /** Full ref name HEAD points to, 'HEAD' when detached; commit null on an unborn branch. */
  head(): Promise<{ ref: string; commit: string | null }>;
  close(): void;
}

/** Where a repository lies. */
export interface RepositoryPlace {
  /** Work tree root; null for a bare repository. */
  worktree: string | null;
  /** This worktree's own git directory. */
  gitDir: string;
  /** Shared by all worktrees. */
  commonDir: string;
  objectFormat: 'sha1' | 'sha256';
}
