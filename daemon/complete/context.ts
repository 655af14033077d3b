/** What the generator is given beside the file itself: vectors, pasted text, or nothing. */
import type { FusedVectors, Inference } from '../../models/types.js';
import type { Hit, ObjectReader, TreeView } from '../../store/types.js';
import { assembleMemory } from './memory.js';
import { retrieve, type Retrieval } from './retrieve.js';
import { assembleSnippets } from './snippet.js';

export const DEFAULT_PASTED_TOKENS = 512;

export interface PromptContext {
  memory: FusedVectors[];
  pasted: { text: string }[];
  /** Every node that entered, best first. */
  nodes: { hit: Hit; vectors: number }[];
  retrieval: Retrieval | undefined;
}

export const NO_CONTEXT: PromptContext = { memory: [], pasted: [], nodes: [], retrieval: undefined };

export interface ContextSource {
  inference: Inference;
  view: TreeView;
  objects: ObjectReader;
}

/** @param draft text already generated, for a second retrieval */
export async function gatherContext(
  source: ContextSource,
  request: { kind: 'memory' | 'pasted'; path: string; prefix: string; draft?: string; pastedTokens: number },
  options: { signal?: AbortSignal; allowed: number },
): Promise<PromptContext> {
  const { inference, view, objects } = source;
  const retrieval = await retrieve(view, inference, request, options);
  if (request.kind === 'memory') {
    const { memoryBudget, fileVectors, directoryVectors } = inference.shapes;
    const memory = assembleMemory(view, retrieval.hits, memoryBudget, { fileVectors, directoryVectors });
    return { memory: memory.vectors, pasted: [], nodes: memory.nodes, retrieval };
  }
  const snippets = await assembleSnippets(view, objects, retrieval.hits, request.pastedTokens);
  return { memory: [], pasted: snippets.map(({ text }) => ({ text })), nodes: snippets.map(({ hit }) => ({ hit, vectors: 0 })), retrieval };
}
