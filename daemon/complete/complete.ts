/**
 * One completion: propose (copy lane), retrieve, generate, choose. Needs a tree only for what comes from other files:
 * with nothing indexed the model and the in-file copy lane still answer.
 */
import { performance } from 'node:perf_hooks';
import type { ChooserParameters, GenerateRequest, GenerateResult, Inference } from '../../models/types.js';
import type { ObjectReader, TreeView } from '../../store/types.js';
import type { EngineCompletion } from '../engine/types.js';
import type { CompleteResult, CompletionReason } from '../ipc/protocol.js';
import { choose, type CopyCandidate } from './choose.js';
import { DEFAULT_PASTED_TOKENS, gatherContext, NO_CONTEXT, type ContextSource, type PromptContext } from './context.js';
import { explain, nodesUsed } from './explain.js';
import { offerable, type Offerable } from './offerable.js';
import { embedQuery } from './retrieve.js';
import { sanitize, withoutRest } from './sanitize.js';
import { boundPrefix } from './window.js';

const LINE_TOKENS = 48;
const BLOCK_TOKENS = 160;
/** Characters above the cursor that the choice looks at. */
const ABOVE = 8192;
/**
 * Candidates that the generator scores. The choice is right on as many of 1,000 lines with two of eight scored as with all, on
 * two fewer where it is fitted (models/small/MODEL_CARD.md), and every token of each is a row of a run.
 */
const SCORED = 3;
/** No source line packs more characters than this into a token. */
const CHARACTERS_A_TOKEN = 8;

export interface CompletionSource {
  inference: Inference;
  chooser: ChooserParameters | undefined;
  /** The tree completions are answered from; absent while nothing is indexed. */
  tree: { view: TreeView; objects: ObjectReader } | undefined;
  places: ContextSource['places'];
  /** Copy candidates for a place, best first. */
  propose(request: { path: string; prefix: string; suffix: string | null; deadline?: number }): Promise<CopyCandidate[]>;
  /** State of the index, for explanations. */
  index: { state: string; indexed: number };
}

interface Run {
  context: PromptContext;
  result: GenerateResult | undefined;
  retrieveMs: number;
  /** The query's vector, asked for ahead; absent where nothing is retrieved. */
  query: Promise<Float32Array | undefined> | undefined;
}

export async function complete(source: CompletionSource, request: EngineCompletion, options: { signal?: AbortSignal; onText?: (text: string) => void } = {}): Promise<CompleteResult> {
  const started = performance.now();
  const stop = request.stop ?? 'line';
  const query = startAhead(source, request, options.signal);
  const proposals = request.lanes.copy ? await source.propose(request) : [];
  const proposed = performance.now();
  const above = boundPrefix(request.prefix, ABOVE);
  // An explanation tells of all of them.
  const { candidates, own } = offerable(proposals, above, request.explain ? undefined : request.minConfidence, source.chooser?.confidence);
  const hopeless = candidates.length === 0 && !own;
  const run: Run = { context: NO_CONTEXT, result: undefined, retrieveMs: proposed - started, query };
  if (request.lanes.model && !hopeless && !options.signal?.aborted) await runModel(source, request, { candidates, own }, run, options);
  const choice = choose(candidates, run.result, above, source.chooser);
  const safe = sanitize(choice.text, stop);
  const found = stop === 'line' ? withoutRest(safe, request.suffix) : safe;
  const unsure = choice.confidence < (request.minConfidence ?? 0);
  const text = unsure ? '' : found;
  const lane = text === '' ? 'none' : choice.lane;
  const streamed = streams(request, candidates);
  if (text !== '' && !streamed) options.onText?.(text);
  const { result, context } = run;
  const tokens = result?.tokens;
  return {
    text,
    lane,
    reason: source.tree && (hopeless || (unsure && (found !== '' || run.result?.stopped === 'departed'))) ? 'unsure' : reasonOf(text, run, source, options.signal, request.deadline),
    confidence: text === '' ? 0 : choice.confidence,
    model: source.inference.modelId,
    context: request.context === 'iterative' ? 'snippet' : request.context,
    tokens: {
      prefix: tokens?.prefix ?? 0,
      suffix: tokens?.suffix ?? 0,
      memory: tokens?.memory ?? 0,
      pasted: tokens?.pasted ?? 0,
      generated: tokens?.generated ?? 0,
      drafted: tokens?.drafted ?? 0,
      accepted: tokens?.accepted ?? 0,
    },
    nodes: nodesUsed(context.nodes),
    ms: {
      total: performance.now() - started,
      queue: result?.ms.queue ?? 0,
      retrieve: run.retrieveMs,
      prefill: result?.ms.prefill ?? 0,
      decode: result?.ms.decode ?? 0,
    },
    ...(request.explain && { explanation: explain(source.index, context.retrieval, candidates, result, choice) }),
  };
}

/** Text is streamed as it is decoded only when nothing can overrule it afterwards. */
function streams(request: EngineCompletion, candidates: readonly CopyCandidate[]): boolean {
  const atLineEnd = (request.suffix ?? '').split('\n', 1)[0]!.trim() === '';
  return request.lanes.model && candidates.length === 0 && request.minConfidence === undefined && request.context !== 'iterative' && atLineEnd;
}

/**
 * Sends the worker what it can do while this thread proposes and retrieves: the query's vector, which is answered, and
 * the file's own text, which goes into the session's cache.
 */
function startAhead({ inference, tree }: CompletionSource, request: EngineCompletion, signal: AbortSignal | undefined): Promise<Float32Array | undefined> | undefined {
  const { context, lanes, session, given } = request;
  const retrieves = tree !== undefined && context !== 'none' && !given;
  if (!lanes.model || signal?.aborted) return undefined;
  const stoppable = signal ? { signal } : {};
  const query = retrieves ? embedQuery(inference, request, { allowed: allowedFor(request), ...stoppable }) : undefined;
  // Whoever awaits it hears of its failure; a completion that ends before does not.
  query?.catch(() => undefined);
  if (session !== undefined && (retrieves || lanes.copy) && context !== 'snippet' && context !== 'iterative') {
    inference.prepare({ ...ownText(inference, request), session }, stoppable).catch(() => undefined);
  }
  return query;
}

/** Milliseconds retrieval may wait for the worker. */
function allowedFor({ deadline }: EngineCompletion): number {
  return deadline === undefined ? 10_000 : (deadline - Date.now()) / 2;
}

async function runModel(source: CompletionSource, request: EngineCompletion, { candidates, own }: Offerable, run: Run, options: { signal?: AbortSignal; onText?: (text: string) => void }): Promise<void> {
  const { inference, tree, places } = source;
  const pastedTokens = request.pastedTokens ?? DEFAULT_PASTED_TOKENS;
  const gather = async (draft?: string): Promise<void> => {
    if (request.given) run.context = request.given;
    if (request.given || request.context === 'none' || !tree) return;
    const began = performance.now();
    const kind = request.context === 'hef' ? 'memory' : 'pasted';
    run.context = await gatherContext(
      { inference, places, ...tree },
      { kind, path: request.path, prefix: request.prefix, pastedTokens, ...(draft !== undefined && { draft }) },
      { allowed: allowedFor(request), ...(options.signal && { signal: options.signal }), ...(draft === undefined && run.query && { query: run.query }) },
    );
    run.retrieveMs += performance.now() - began;
  };
  const generate = async (onText?: (text: string) => void): Promise<void> => {
    if (options.signal?.aborted) return;
    run.result = await inference.generate({ ...prompt(source, request, run.context, candidates, pastedTokens), ...(!own && { onlyCandidates: true }) }, { ...(options.signal && { signal: options.signal }), ...(onText && { onText }) });
  };
  await gather();
  if (request.context === 'iterative') {
    await generate();
    await gather(run.result?.text ?? '');
  }
  await generate(streams(request, candidates) ? safely(options.onText, request.stop ?? 'line') : undefined);
}

/** Streamed pieces are cleaned like the whole. */
function safely(onText: ((text: string) => void) | undefined, stop: 'line' | 'block'): ((text: string) => void) | undefined {
  if (!onText) return undefined;
  return (piece) => {
    const safe = stop === 'line' ? sanitize(`${piece.split('\n', 1)[0]}|`, 'line').slice(0, -1) : sanitize(piece, 'block');
    if (safe !== '') onText(safe);
  };
}

/** What the file itself gives to the prompt. */
function ownText(inference: Inference, request: EngineCompletion): Pick<GenerateRequest, 'prefix' | 'suffix' | 'maxTokens'> {
  const characters = inference.shapes.contextTokens * CHARACTERS_A_TOKEN;
  return {
    prefix: boundPrefix(request.prefix, characters),
    suffix: request.suffix === null ? null : request.suffix.slice(0, characters),
    maxTokens: request.maxTokens ?? (request.stop === 'block' ? BLOCK_TOKENS : LINE_TOKENS),
  };
}

function prompt({ inference, chooser }: CompletionSource, request: EngineCompletion, context: PromptContext, candidates: readonly CopyCandidate[], pastedTokens: number): GenerateRequest {
  return {
    ...ownText(inference, request),
    stop: request.stop ?? 'line',
    ...(context.memory.length > 0 && { memory: context.memory }),
    ...(request.given && { memoryBudget: context.memory.reduce((sum, { scales }) => sum + scales.length, 0) }),
    ...(context.pasted.length > 0 && { pasted: context.pasted, pastedTokens }),
    ...(candidates.length > 0 && { candidates: candidates.slice(0, SCORED).map(({ text }) => text), alternatives: chooser?.alternatives ?? 0 }),
    ...(request.session !== undefined && { session: request.session }),
    ...(request.deadline !== undefined && { deadline: request.deadline }),
  };
}

function reasonOf(text: string, run: Run, source: CompletionSource, signal: AbortSignal | undefined, deadline: number | undefined): CompletionReason {
  if (text !== '') return 'ok';
  if (run.result?.stopped === 'deadline' || (deadline !== undefined && Date.now() > deadline)) return 'deadline';
  if (signal?.aborted || run.result?.stopped === 'cancelled') return 'cancelled';
  return source.tree ? 'no-suggestion' : 'not-indexed';
}

