/**
 * Retrieval over chunks and inner nodes in one pool: lexical and dense ranks fused, then boosted by what the file
 * imports and by nearness in the tree. The edited file's own chunks never come back: its text is in the prompt.
 */
import type { Inference } from '../../models/types.js';
import type { Hit, TreeView } from '../../store/types.js';
import { languageOf } from '../chunker/language.js';
import { isVectorless } from '../indexer/vectorless.js';
import { fuseRanks } from './fuseRanks.js';
import { importedNames, queryIdentifiers, queryText } from './window.js';

const LEXICAL = 48;
const DENSE = 32;
const NODES = 16;
/** Retrieved nodes handed on. */
const KEPT = 32;
/** A file the prompt imports is worth this much more. */
const IMPORT_BOOST = 1.5;
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

/**
 * @param draft text generated so far, appended to the query (the iterative arm)
 * @param allowed milliseconds the dense half may wait for the worker; past that the lexical half answers alone
 */
export async function retrieve(view: TreeView, inference: Inference, request: { path: string; prefix: string; draft?: string }, options: { signal?: AbortSignal; allowed: number }): Promise<Retrieval> {
  const { path, prefix, draft = '' } = request;
  const language = languageOf(path);
  const identifiers = queryIdentifiers(prefix, language, draft);
  const imported = importedNames(prefix, language);
  const names = [...new Set([...identifiers, ...imported])];
  const query = await denseQuery(inference, queryText(prefix, 30) + draft, options);
  const lexical = names.length > 0 ? view.searchLexical(names, LEXICAL, path) : [];
  const chunks = query ? view.searchChunks(query, DENSE, path) : [];
  // The folders above the edited file were fused from it, among others: they would tell what it is about to say.
  const nodes = query ? view.searchNodes(query, NODES, path).filter((hit) => hit.kind !== 'directory' || !isAbove(hit.path, path)) : [];
  const hits = fuseRanks([lexical, chunks, nodes], (hit) => `${hit.kind}:${hit.id}:${hit.path}`)
    .map(({ item, score }) => {
      const boost = (imported.has(stem(item.path)) ? IMPORT_BOOST : 1) * (1 + NEAR_BOOST * nearness(path, item.path));
      return { ...item, score: score * boost };
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, KEPT);
  return { hits, identifiers: names, lexical, dense: [...chunks, ...nodes] };
}

async function denseQuery(inference: Inference, text: string, options: { signal?: AbortSignal; allowed: number }): Promise<Float32Array | undefined> {
  if (text.trim() === '' || isVectorless(inference.shapes) || options.allowed <= 0) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), options.allowed)));
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
