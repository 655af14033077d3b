/**
 * The wire between the client and the daemon.
 *
 * Every message is one JSON object over the local socket. The client sends `{id, method, params}`; the daemon answers
 * any number of `{id, event, data}` and then exactly one `{id, result}` or `{id, error}`. Ids are the client's own,
 * unique per connection. The first call on a connection is `hello`; a daemon of another protocol or build answers with
 * error code `version`, and the client then restarts it. A client that hangs up cancels its calls. `cancel` names the
 * id of a call to stop; a `complete` also stops any older `complete` of the same `session`.
 * While a call is under way the daemon sends `{id, event: 'alive'}` now and then; a client that hears nothing for a
 * minute gives the call up.
 * Only the methods listed here are served.
 */

export const PROTOCOL = 1;
/** Larger messages are refused: a buffer of 8 MiB is no source file. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export interface WireError {
  /** Closed list; the client maps it to its exit code. */
  code: 'usage' | 'not-a-repository' | 'timeout' | 'version' | 'busy' | 'unsupported' | 'database' | 'model' | 'cancelled' | 'internal';
  /** One line that names the cause and the fix. */
  message: string;
}

export type ContextMode = 'hef' | 'snippet' | 'none';

export interface CompleteParams {
  /** Absolute path of the file; need not exist or be tracked. */
  file: string;
  /** The buffer's text; when absent the daemon reads the file. */
  text?: string;
  /** 1-based. */
  line: number;
  /** UTF-16 code units, 0-based. */
  column: number;
  context?: ContextMode;
  maxTokens?: number;
  /** Milliseconds from receipt; default 1000. */
  timeout?: number;
  session?: string;
  /** Fill in what follows? Default: true when there is text below or right of the cursor. */
  fim?: boolean;
  explain?: boolean;
  /** Several lines where a block begins, as many as are likely; default one. */
  lines?: 'one' | 'block';
  /** 0..1, default 0: nothing is offered that is less likely to be the line meant, and the reason is `unsure`. */
  minConfidence?: number;
}

/** Why a completion is empty, or what it came from. Closed list, explained in daemon/complete/reasons.ts. */
export type CompletionReason =
  | 'ok'
  | 'no-suggestion'
  | 'unsure'
  | 'not-indexed'
  | 'file-refused'
  | 'deadline'
  | 'cancelled'
  | 'disabled';

export interface CompleteResult {
  text: string;
  lane: 'model' | 'copy' | 'none';
  reason: CompletionReason;
  /** How likely the text is to be the line meant, 0..1, as far as it was measured; 0 where there is none. */
  confidence: number;
  model: string;
  context: ContextMode;
  tokens: { prefix: number; suffix: number; memory: number; pasted: number; generated: number; drafted: number; accepted: number };
  nodes: { path: string; level: 'chunk' | 'file' | 'directory'; score: number; vectors: number; lines?: [number, number] }[];
  ms: { total: number; queue: number; retrieve: number; prefill: number; decode: number };
  explanation?: {
    index: { state: string; indexed: number };
    identifiers: string[];
    lexical: { path: string; score: number; lines?: [number, number] }[];
    dense: { path: string; level: string; score: number; lines?: [number, number] }[];
    copy: { text: string; path: string; line: number; score: number; logProb?: number; tokens?: number }[];
    model: { text: string; logProb: number; tokens: number };
    /** Every line the choice was between, best first; of features see daemon/complete/lineFeatures.ts. */
    lines?: { text: string; from: 'greedy' | 'alternative' | 'copy'; score: number; features: Record<string, number> }[];
    chosen: { score: number; why: string };
  };
}

export interface SuggestParams {
  /** Absolute path of the folder the shell stands in. */
  directory: string;
  /** The command line left of the cursor and right of it; either may hold line breaks. */
  left: string;
  right?: string;
  /** Lines of the shell's history, newest last; used for this call alone. */
  history?: string[];
  /** How many at most; default 10. */
  limit?: number;
  /** Milliseconds from receipt; default 1000. */
  timeout?: number;
  /** As in a completion. */
  session?: string;
}

export interface Suggestion {
  /** What is to stand left of the cursor in place of what does. One that holds what is typed goes on from it. */
  left: string;
  /** `path:line` of a place it stands at, `history`, or the lane that wrote it. */
  from: string;
  /** The line begins with what was typed; its last word does; a lane wrote the rest; it holds the words that were typed. */
  how: 'continued' | 'argument' | 'written' | 'like';
}

export interface SuggestResult {
  /** Best first. */
  suggestions: Suggestion[];
  reason: 'ok' | 'no-suggestion' | 'deadline' | 'disabled';
}

export interface StatusResult {
  daemon: { pid: number; version: string; uptime_s: number; rss_mb: number; device: string; model: string };
  repo: null | {
    root: string;
    branch: string;
    tree: string;
    state: 'ready' | 'indexing' | 'paused' | 'error' | 'absent';
    indexed: number;
    chunks: number;
    nodes: number;
    db_bytes: number;
    source_bytes: number;
    error?: string;
    skipped: Record<string, number>;
  };
  counters: { chunks_fused: number; nodes_fused: number; blobs_read: number; completions: number; hooks: number };
}

export interface IndexProgress {
  phase: 'reading' | 'fusing' | 'directories' | 'done';
  files: number;
  filesDone: number;
  bytes: number;
  bytesDone: number;
  chunksFused: number;
}

/** A completion that was given, kept in the daemon's memory alone. */
export interface RecentCompletion {
  /** Milliseconds since 1970. */
  at: number;
  /** Absolute path. */
  file: string;
  line: number;
  /** What was offered; nothing of the buffer it was made for. */
  text: string;
  lane: CompleteResult['lane'];
  reason: CompletionReason;
  confidence: number;
  model: string;
  nodes: CompleteResult['nodes'];
  tokens: CompleteResult['tokens'];
  ms: CompleteResult['ms'];
}

/** Since the daemon started. */
export interface CompletionTotals {
  /** By lane and reason, as `lane/reason`. */
  given: Record<string, number>;
  /** Completions that took at most so many ms in all, by upper bound, each counted once; the last bound is null: no bound. */
  latency: { ms: number | null; count: number }[];
  totalMs: number;
}

/** A file or directory of the current commit. */
export interface TreeNode {
  /** Last part of the path; '' for the root. A directory whose only child is one takes both names, as `a/b`. */
  name: string;
  kind: 'directory' | 'file';
  /** Files below, and how they stand: refused ones by reason. */
  files: number;
  fused: number;
  waiting: number;
  refused: Record<string, number>;
  bytes: number;
  /** Its share of a drawing: as `bytes`, a very large file counting as a large one. */
  weight: number;
  /** Directories: it has its own vectors. */
  node?: boolean;
  /** Absent where the answer's limit ended. */
  children?: TreeNode[];
}

/** Method → params and result. `repo` is any absolute path inside the repository. */
export interface Methods {
  /**
   * Waits for the model of a daemon that has just started, unless `early`. Calls of a connection that is `watching` do not keep
   * an idle daemon from ending.
   */
  hello: { params: { protocol: number; build: string; early?: boolean; watching?: boolean }; result: { protocol: number; build: string; pid: number } };
  complete: { params: CompleteParams; result: CompleteResult; event: { text: string } };
  /**
   * Texts of open files that are not committed: they are copied from like the repository's, until `text` is null or the
   * connection ends. `kept` counts those that were taken; a file that would not be indexed, for its kind or content, is not.
   */
  buffers: { params: { files: { file: string; text: string | null }[] }; result: { kept: number } };
  /** Command lines that go on from the one being typed, from the files of HEAD's commit. Needs no index, and keeps nothing. */
  suggest: { params: SuggestParams; result: SuggestResult };
  index: { params: { repo: string; all?: boolean; wait?: boolean }; result: { fused: { chunks: number; nodes: number; blobs: number }; commit: string | null; ms: number; skipped: Record<string, number>; state: string }; event: IndexProgress };
  status: { params: { repo?: string }; result: StatusResult };
  pause: { params: { repo: string; paused: boolean }; result: { state: string } };
  gc: { params: { repo: string }; result: { blobs: number; directories: number; bytesFreed: number } };
  /** Stops indexing, closes the database and deletes it. */
  purge: { params: { repo: string }; result: { bytesFreed: number } };
  model: { params: { use?: string }; result: { current: string } };
  /**
   * Which files of the current tree hold most of a text's lines, best first; for clients whose protocol does not say
   * which file is edited. None for a repository that is not indexed.
   */
  likeFiles: { params: { repo: string; above: string; below: string }; result: { files: { path: string; lines: number; share: number }[] } };
  /** The last completions, newest first: all, or those of one repository. */
  recent: { params: { repo?: string }; result: { completions: RecentCompletion[]; totals: CompletionTotals } };
  /**
   * What the index holds of the current commit, below `path` ('/'-separated, '' or absent: all). At most `limit` nodes, the heaviest
   * first. `reasons` explains why files are refused, by the names used in it.
   */
  tree: { params: { repo: string; path?: string; limit?: number }; result: { root: string; commit: string | null; tree: TreeNode | null; reasons: Record<string, string> } };
  cancel: { params: { id: number }; result: Record<string, never> };
  stop: { params: Record<string, never>; result: Record<string, never> };
}
export type MethodName = keyof Methods;
