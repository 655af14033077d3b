/**
 * The engine: one process's repositories, index and completions, without any socket. The daemon serves it over IPC;
 * `hefc eval` and `hefc bench` drive the same engine directly.
 */
import type { ChooserParameters, Inference, TokenCounter } from '../../models/types.js';
import type { Counters, ObjectReader, RepositoryPlace, Store, DirectoryKey } from '../../store/types.js';
import type { LikeFile } from '../copylane/likeFiles.js';
import type { LikePlace } from '../copylane/likePlaces.js';
import type { PromptContext } from '../complete/context.js';
import type { CompleteResult, IndexProgress } from '../ipc/protocol.js';

export type EngineContext = 'hef' | 'snippet' | 'none' | 'iterative';

export interface EngineCompletion {
  /** Path inside the tree, '/'-separated; the file need not exist there. Its own chunks are never retrieved. */
  path: string;
  /** Text above and left of the cursor. */
  prefix: string;
  /** Text right of and below the cursor; null for left-only. */
  suffix: string | null;
  context: EngineContext;
  /** Tokens of pasted text for the snippet and iterative contexts. */
  pastedTokens?: number;
  /** Used in place of what would be retrieved, with as many vectors as it holds, whatever the bundle's budget: studies. */
  given?: PromptContext;
  /** Which lanes may answer: the product is both. */
  lanes: { model: boolean; copy: boolean };
  maxTokens?: number;
  stop?: 'line' | 'block';
  deadline?: number;
  session?: string;
  explain?: boolean;
  /** Several lines where a block begins; default one. */
  lines?: 'one' | 'block';
  /** 0..1: what is less likely to be the line meant is not offered. */
  minConfidence?: number;
}

export interface IndexOutcome {
  commit: string | null;
  root: DirectoryKey | null;
  fused: { chunks: number; nodes: number; blobs: number };
  skipped: Record<string, number>;
  ms: number;
}

export interface EngineRepository {
  readonly place: RepositoryPlace;
  readonly store: Store;
  readonly objects: ObjectReader;
  /**
   * Brings the cache to a revision (default HEAD) and makes it the tree completions are answered from; with `ahead`
   * only the cache, so that switching there later fuses nothing.
   */
  index(options: { revision?: string; ahead?: boolean; onProgress?: (progress: IndexProgress) => void; signal?: AbortSignal; near?: string }): Promise<IndexOutcome>;
  complete(request: EngineCompletion, options?: { signal?: AbortSignal; onText?: (text: string) => void }): Promise<CompleteResult>;
  /** Where the current tree goes on after lines like those above the cursor, best first. */
  places(place: { path: string; prefix: string }): LikePlace[];
  /** Texts of open files, by path, that stand for or beside the committed ones from now on. The same map again costs nothing. */
  showBuffers(buffers: ReadonlyMap<string, string>): Promise<void>;
  /** Files of the current tree that most of a text's lines stand in, best first: which of them is being edited? */
  likeFiles(text: { above: string; below: string }): LikeFile[];
  /** Tree completions are answered from now; null while nothing is indexed. */
  current(): DirectoryKey | null;
  /** Adds to the counters, now or later; never throws. */
  count(counts: Partial<Counters>): void;
  /** Opens the current tree anew, after row ids changed (collect); none is current when it is gone. */
  reopen(): void;
  close(): Promise<void>;
}

export interface Engine {
  readonly inference: Inference;
  /** Opens one worktree; worktrees of one repository share its store. Errors are StoreError. */
  openRepository(place: RepositoryPlace): Promise<EngineRepository>;
  /** A completion of a file that belongs to no open repository: the model and the file alone. */
  completeAlone(request: EngineCompletion, options?: { signal?: AbortSignal; onText?: (text: string) => void }): Promise<CompleteResult>;
  /** Closes every repository; the inference stays its owner's. */
  close(): Promise<void>;
}

export interface EngineOptions {
  inference: Inference;
  /** Counts tokens as the model does; the chunker cuts by it. */
  tokens: TokenCounter;
  /** The bundle's fitted choice between the lanes; a documented default without. */
  chooser?: ChooserParameters;
  /** Where the databases go; default `<common dir>/hefc`. Evaluation keeps its own, outside the repositories. */
  databaseDirectory?: (place: RepositoryPlace) => string;
}
