/** What the generator is given beside the file itself: vectors, pasted text, or nothing. */
import type { LikePlace } from '../copylane/likePlaces.js';
import type { Inference, MemoryItem } from '../../models/types.js';
import type { Hit, ObjectReader, TreeView } from '../../store/types.js';
import { ALL_LEVELS, assembleMemory, type Levels, type Memory } from './memory.js';
import { retrieve, type Retrieval, type RetrievalOptions } from './retrieve.js';
import { assembleSnippets, chunkText } from './snippet.js';

export const DEFAULT_PASTED_TOKENS = 512;

export interface PromptContext {
  memory: MemoryItem[];
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
  /** See CopySource. */
  places(place: { path: string; prefix: string }): LikePlace[];
}

/**
 * @param draft text already generated, for a second retrieval
 * @param budget memory vectors at most and `levels` what may be among them: the bundle's and all but in studies
 */
export async function gatherContext(
  source: ContextSource,
  request: { kind: 'memory' | 'pasted'; path: string; prefix: string; draft?: string; pastedTokens: number; budget?: number; levels?: Levels },
  options: RetrievalOptions,
): Promise<PromptContext> {
  const { inference, view, objects } = source;
  const retrieval = await retrieve(source, request, options);
  if (request.kind === 'memory') {
    const { memoryBudget, fileVectors, directoryVectors } = inference.shapes;
    const memory = assembleMemory(view, retrieval.hits, request.budget ?? memoryBudget, { fileVectors, directoryVectors }, request.levels ?? ALL_LEVELS);
    return { memory: await withTexts(source, memory), pasted: [], nodes: memory.nodes, retrieval };
  }
  const snippets = await assembleSnippets(view, objects, retrieval.hits, request.pastedTokens);
  return { memory: [], pasted: snippets.map(({ text }) => ({ text })), nodes: snippets.map(({ hit }) => ({ hit, vectors: 0 })), retrieval };
}

/** Vectors together with their chunks' texts, where the model can copy from them; a text that cannot be read is left out. */
export async function withTexts({ inference, view, objects }: Omit<ContextSource, 'places'>, { vectors, nodes }: Memory): Promise<MemoryItem[]> {
  const textOf = async (hit: Hit): Promise<string | undefined> =>
    inference.shapes.points && hit.kind === 'chunk' ? chunkText(view, objects, hit).catch(() => undefined) : undefined;
  const texts = await Promise.all(nodes.map(({ hit }) => textOf(hit)));
  return vectors.map(({ memory, scales }, i) => ({ memory, scales, ...(texts[i] !== undefined && { text: texts[i] }) }));
}
