/**
 * Retrieval over chunks and inner nodes in one pool: lexical and dense ranks fused, then boosted by what the file
 * imports and by nearness in the tree. The edited file's own chunks never come back: its text is in the prompt.
 */
import type { Inference } from '../../models/types.js';
import type { Hit, TreeView } from '../../store/types.js';
import type { LikePlace } from '../copylane/likePlaces.js';
import { languageOf } from '../chunker/language.js';
import { isVectorless } from '../indexer/vectorless.js';
import { fuseRanks, rankShare } from './fuseRanks.js';
import { beforeTyped, importedNames, queryIdentifiers, queryText } from './window.js';

const LEXICAL = 48;
const DENSE = 32;
const NODES = 16;
/** Lines above the cursor that make the dense query. */
const DENSE_LINES = 30;
/** Retrieved nodes handed on. */
const KEPT = 48;
/** What an imported name counts in a lexical query that is not near the cursor as well. */
const IMPORTED_WEIGHT = 0.2;
/**
 * What the lists count beside the lexical one, which is 1, and how much of its file's rank among the nodes a chunk gets.
 * Chosen on lines of six training repositories with nano's weak key and looked at on four more: from 0.2 to 0.4 the
 * merged list is about as good, above it the lexical one suffers. test/eval/retrieval.ts measures it for any bundle.
 */
const DENSE_WEIGHT = 0.3;
const NODE_WEIGHT = 0.3;
const FILE_WEIGHT = 0.2;
const ALIKE_WEIGHT = 1;
/** A file the prompt imports is worth this much more. */
const IMPORT_BOOST = 1.25;
/** A file of the same folder is worth up to this much more. */
const NEAR_BOOST = 0.25;

export interface Retrieval {
  /** Best first, scores after boosts. */
  hits: Hit[];
  identifiers: string[];
  lexical: Hit[];
  dense: Hit[];
}

function stem(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const bare = name.split('.')[0] ?? name;
  // Packages are imported by their folder's name.
  return /^(?:__init__|index|mod|lib)$/.test(bare) ? (path.split('/').at(-2) ?? bare) : bare;
}

function nearness(a: string, b: string): number {
  const left = a.split('/').slice(0, -1);
  const right = b.split('/').slice(0, -1);
  let k = 0;
  while (k < left.length && left[k] === right[k]) k++;
  const longer = Math.max(left.length, right.length);
  return longer === 0 ? 1 : k / longer;
}

function isAbove(directory: string, path: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/** What each way of searching found, best first, before anything is merged. */
export interface Lists {
  /** Identifiers of the query, those of the imports among them. */
  identifiers: string[];
  imported: ReadonlySet<string>;
  /** [keyDim]; absent where the model has no keys, or the worker was late. */
  query: Float32Array | undefined;
  lexical: Hit[];
  /** Chunks, then file and directory nodes, by key vectors. */
  chunks: Hit[];
  nodes: Hit[];
  /** Chunks in which the repository goes on after lines like those above the cursor. */
  alike: Hit[];
}

export interface RetrievalSource {
  view: TreeView;
  inference: Inference;
  places(place: { path: string; prefix: string }): LikePlace[];
}

export interface RetrievalOptions {
  signal?: AbortSignal;
  /** Milliseconds the dense half may wait for the worker; past that the lexical half answers alone. */
  allowed: number;
  /** The query's vector where it was asked for ahead, by embedQuery of this very place. */
  query?: Promise<Float32Array | undefined>;
}

/** @param draft text generated so far, appended to the query (the iterative arm) */
export async function searchLists({ view, inference, places }: RetrievalSource, request: { path: string; prefix: string; draft?: string }, options: RetrievalOptions): Promise<Lists> {
  const { path, prefix, draft = '' } = request;
  const language = languageOf(path);
  const imported = importedNames(prefix, language);
  const weights = queryIdentifiers(prefix, language, draft);
  for (const name of imported) if (!weights.has(name)) weights.set(name, IMPORTED_WEIGHT);
  const identifiers = [...weights.keys()];
  const query = await (options.query ?? embedQuery(inference, { prefix, draft }, options));
  const lexical = identifiers.length > 0 ? view.searchLexical(identifiers, LEXICAL, path, [...weights.values()]) : [];
  const chunks = query ? view.searchChunks(query, DENSE, path) : [];
  // The folders above the edited file were fused from it, among others: they would tell what it is about to say.
  const nodes = query ? view.searchNodes(query, NODES, path).filter((hit) => hit.kind !== 'directory' || !isAbove(hit.path, path)) : [];
  return { identifiers, imported, query, lexical, chunks, nodes, alike: chunksAt(view, places({ path, prefix: prefix + draft })) };
}

/** The chunks of places, each once. */
function chunksAt(view: TreeView, places: readonly LikePlace[]): Hit[] {
  const hits = new Map<number, Hit>();
  for (const { path, line } of places) {
    const hit = view.chunkAt(path, line);
    if (hit && !hits.has(hit.id)) hits.set(hit.id, hit);
  }
  return [...hits.values()];
}

export async function retrieve(source: RetrievalSource, request: { path: string; prefix: string; draft?: string }, options: RetrievalOptions): Promise<Retrieval> {
  const lists = await searchLists(source, request, options);
  const { identifiers, lexical, chunks, nodes } = lists;
  return { hits: mergeLists(lists, request.path), identifiers, lexical, dense: [...chunks, ...nodes] };
}

/** The lists as one, best first, scores after boosts. */
export function mergeLists({ imported, lexical, chunks, nodes, alike }: Lists, path: string): Hit[] {
  const fileRank = new Map(nodes.filter(({ kind }) => kind === 'file').map((hit, k) => [hit.path, k + 1]));
  const lists = [{ items: lexical, weight: 1 }, { items: chunks, weight: DENSE_WEIGHT }, { items: nodes, weight: NODE_WEIGHT }, { items: alike, weight: ALIKE_WEIGHT }];
  return fuseRanks(lists, (hit) => `${hit.kind}:${hit.id}:${hit.path}`)
    .map(({ item, score }) => {
      const rank = item.kind === 'chunk' ? fileRank.get(item.path) : undefined;
      const share = rank === undefined ? 0 : FILE_WEIGHT * rankShare(rank);
      const boost = (imported.has(stem(item.path)) ? IMPORT_BOOST : 1) * (1 + NEAR_BOOST * nearness(path, item.path));
      return { ...item, score: (score + share) * boost };
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, KEPT);
}

/** Vector of the text above the cursor's line, so that it is made once a line and not with every key; undefined where the model has none, or the worker is late. */
export async function embedQuery(inference: Inference, { prefix, draft = '' }: { prefix: string; draft?: string }, options: Omit<RetrievalOptions, 'query'>): Promise<Float32Array | undefined> {
  const text = queryText(beforeTyped(prefix), DENSE_LINES) + draft;
  if (text.trim() === '' || isVectorless(inference.shapes) || options.allowed <= 0) return undefined;
  let timer: NodeJS.Timeout | undefined;
  // This thread may have been busy past the limit: an answer that lies ready is taken first.
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => setImmediate(() => resolve(undefined)), options.allowed)));
  const asked = inference.embedQuery(text, { priority: 'completion', ...(options.signal && { signal: options.signal }) }).catch((error: unknown) => {
    if (options.signal?.aborted) return undefined;
    throw error;
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
    asked.catch(() => undefined);
  }
}
