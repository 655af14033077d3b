/** What the rest of hefc sees of a model. No tensor leaves models/. */

export interface FusedVectors {
  /** [count * memoryDim] int8; times scales[v] gives the float value. */
  memory: Int8Array;
  /** [count] */
  scales: Float32Array;
  /** [keyDim], round(127 * unit vector) */
  key: Int8Array;
}

/** A chunk's text, or the vectors already made of the same text. */
export type ChunkToFuse = string | FusedVectors;

/** The shapes and limits of a loaded bundle. */
export interface ModelShapes {
  memoryDim: number;
  keyDim: number;
  /** Tokens in a chunk at most (128). */
  chunkTokens: number;
  /** Tokens a leaf vector stands for (32 in nano): a chunk of n tokens has ceil(n / sliceTokens) vectors. */
  sliceTokens: number;
  /** Vectors of a file node (4) and of a directory node (2). */
  fileVectors: number;
  directoryVectors: number;
  /** Memory vectors a completion may take (16 in nano). */
  memoryBudget: number;
  /** Positions the generator was trained to see. */
  contextTokens: number;
  /** True when the generator copies from the texts behind memory vectors, so that it is worth reading them. */
  points: boolean;
}

export interface DeviceInfo {
  /** onnxruntime's name of the provider in use: cpu, cuda, webgpu, coreml, dml. */
  provider: string;
  /** Whether the generator computes in float16 there. */
  float16: boolean;
  /** Why this one: in words, for `hefc doctor`. */
  why: string;
  threads: number;
}

export type Priority = 'completion' | 'index';

/** The vectors of a chunk, file or directory, as far as they enter a prompt. */
export interface MemoryItem {
  memory: Int8Array;
  scales: Float32Array;
  /**
   * A chunk's own text, just as it was fused: vector v stands for its tokens sliceTokens · v up to sliceTokens · (v + 1),
   * which a model with a pointer may then copy. Absent for files and directories.
   */
  text?: string;
}

export interface GenerateRequest {
  /** Everything above and left of the cursor that may be used; cut to fit from its start. */
  prefix: string;
  /** Everything right of and below the cursor; null for left-only. Cut to fit from its end. */
  suffix: string | null;
  /** Retrieved text pasted in front (the snippet lane), best first. */
  pasted?: { text: string }[];
  /** How many tokens of pasted text at most. */
  pastedTokens?: number;
  /** Memory vectors in the order they enter the prompt; cut to memoryBudget. */
  memory?: MemoryItem[];
  /** Vectors at most, in place of the bundle's own memoryBudget: what a study of budgets asks for. */
  memoryBudget?: number;
  maxTokens: number;
  /** Stop at the end of the line, or let the model end the block (EOS or maxTokens). */
  stop: 'line' | 'block';
  /** Candidate texts of the copy lane, best first: scored by the generator, the first is the draft. */
  candidates?: string[];
  /** Nothing but a candidate will be offered: the text may end where it departs from all of them. */
  onlyCandidates?: boolean;
  /** Lines to be written besides: so many that depart from the greedy one, and so many from the first candidates; only with stop 'line'. */
  alternatives?: number;
  /** Requests of one open file share this: the key/value cache is reused over the longest common prefix. */
  session?: string;
  /** Absolute time (ms, Date.now()) after which decoding stops. */
  deadline?: number;
}

/** The part of a request that is known before anything was retrieved for it. */
export type PrepareRequest = Pick<GenerateRequest, 'prefix' | 'suffix' | 'maxTokens'> & { session: string };

export interface ScoredText {
  text: string;
  /** Sum of natural-log probabilities of its tokens and, for a whole line, of the newline that ends it. */
  logProb: number;
  tokens: number;
}

export interface GenerateResult {
  text: string;
  /** Of the greedy text. */
  logProb: number;
  stopped: 'line' | 'eos' | 'length' | 'departed' | 'deadline' | 'cancelled';
  /** In the order of the request; left out are those of more than 128 tokens, and all that the deadline cut off. */
  candidates: ScoredText[];
  /** Other lines of the generator's own, best first; as many as were asked for at most. */
  alternatives: ScoredText[];
  tokens: { prefix: number; suffix: number; pasted: number; memory: number; generated: number; drafted: number; accepted: number; reused: number };
  ms: { queue: number; prefill: number; decode: number };
}

/** A handle on the one inference worker. Every call queues by priority: completions before indexing. */
export interface Inference {
  readonly modelId: string;
  readonly shapes: ModelShapes;
  device(): DeviceInfo;
  /**
   * Fuses all chunks of ONE blob in order, and its file node. A chunk's vectors depend on its text alone, so those known
   * from another blob stand for it as they are. Yields to completions between chunks.
   */
  fuseBlob(chunks: ChunkToFuse[], options: { priority: Priority; signal?: AbortSignal }): Promise<{ chunks: FusedVectors[]; file: FusedVectors }>;
  /** Fuses a directory node from its children and their names, in tree order. */
  fuseDirectory(children: { name: string; kind: 'file' | 'directory'; vectors: FusedVectors }[], options: { priority: Priority; signal?: AbortSignal }): Promise<FusedVectors>;
  /** Query vector [keyDim] of the text just above the cursor (its last chunkTokens tokens are used). */
  embedQuery(text: string, options: { priority: Priority; signal?: AbortSignal }): Promise<Float32Array>;
  /**
   * Runs the file's own text ahead of the `generate` of the same session, which then finds it in its key/value cache: of
   * use while the caller is still gathering what else goes into the prompt. Rejects with an AbortError when aborted.
   */
  prepare(request: PrepareRequest, options: { signal?: AbortSignal }): Promise<void>;
  /** Streams text as it is decoded; resolves with the whole. Aborting resolves with stopped: 'cancelled'. */
  generate(request: GenerateRequest, options: { signal?: AbortSignal; onText?: (text: string) => void }): Promise<GenerateResult>;
  close(): Promise<void>;
}

/** Counts tokens synchronously on the caller's thread; used by the chunker. */
export interface TokenCounter {
  /** Token count of each text. */
  count(texts: string[]): Promise<number[]>;
}

/** Parameters of the product's choice between copied and generated lines (daemon/complete/choose.ts); see bundle.json. */
export interface ChooserParameters {
  /** Added to the score of a copied line. */
  bias: number;
  /** By feature (daemon/complete/lineFeatures.ts). */
  weights: Record<string, number>;
  /**
   * GenerateRequest.alternatives of a completion, 0 when absent: further lines of the generator's own to choose from.
   * They cost a few runs each completion and are worth it only for a generator that is often nearly right.
   */
  alternatives?: number;
  /** How likely the chosen line is to be the one meant (daemon/complete/confidence.ts). */
  confidence?: ConfidenceParameters;
}

/** A logistic regression over the features of the chosen line. */
export interface ConfidenceParameters {
  bias: number;
  /** By feature (daemon/complete/confidence.ts). */
  weights: Record<string, number>;
}
