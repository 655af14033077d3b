import { performance } from 'node:perf_hooks';
import type { Manifest } from '../bundle/manifest.js';
import { buildPrompt, type Prompt } from '../prompt.js';
import type { Tokenizer } from '../tokenizer.js';
import type { GenerateRequest, GenerateResult, ScoredText } from '../types.js';
import { departFromCandidate, departFromGreedy, finishLines } from './alternatives.js';
import { groupCandidates, scoreGroup, type CandidateGroup } from './candidates.js';
import { createDecoder, type DecoderSettings } from './decoder.js';
import type { Generator, Given } from './generator.js';
import type { Healing } from './healing.js';
import { commonPrefix, type CacheShelf, type KeyValueCache } from './keyValueCache.js';
import { draftByCopying } from './lookup.js';
import type { Pointer } from './pointer.js';
import { prefill, PREFILL_ROWS } from './prefill.js';
import { addPath, emptyTree } from './tree.js';

export interface GenerateParts {
  manifest: Manifest;
  tokenizer: Tokenizer;
  heal: Healing;
  generator: Generator;
  /** null for a model that does not point. */
  pointer: Pointer | null;
  shelf: CacheShelf;
  /** See lineEnders. */
  enders: number[];
}

export interface GenerateOptions {
  onText: (text: string) => void;
  cancelled: () => boolean;
  /** Milliseconds the request waited. */
  queued: number;
}

/** Tokens drafted by copying at each step. */
const copiedDraft = 8;
/** Tokens kept at each step for alternatives to begin with. */
const RUNNERS_UP = 2;
/** Tokens that must agree before what followed them is copied. */
const shortestMatch = 2;

/**
 * Answers a request; a job for the queue that yields between runs of the model.
 *
 * Greedy, with speculation: the candidates form a tree that is run together with the end of the prompt, which scores
 * them all and verifies as much of the greedy text as they foresaw; later steps draft by copying. What is accepted is
 * always the most probable token, so in float32 the text is that of plain greedy decoding.
 */
export async function* generate(request: GenerateRequest, parts: GenerateParts, options: GenerateOptions): AsyncGenerator<void, GenerateResult> {
  try {
    return yield* decode(request, parts, options);
  } finally {
    // However a request ends, its cache has grown.
    parts.shelf.trim();
  }
}

async function* decode(request: GenerateRequest, parts: GenerateParts, options: GenerateOptions): AsyncGenerator<void, GenerateResult> {
  const { tokenizer, generator, shelf, manifest } = parts;
  const began = performance.now();
  const stopEarly = (): 'cancelled' | 'deadline' | null =>
    options.cancelled() ? 'cancelled' : request.deadline !== undefined && Date.now() >= request.deadline ? 'deadline' : null;
  const early = stopEarly();
  if (early !== null) return emptyResult(early, options.queued);

  const prompt = await buildPrompt(request, tokenizer, manifest, parts.heal);
  const given: Given = { memory: prompt.memory, memoryRows: prompt.memoryRows, copies: parts.pointer === null ? null : await parts.pointer.copies(prompt) };
  const texts = request.candidates ?? [];
  const owedText = new TextDecoder().decode(prompt.owed);
  const candidates = await tokenizer.encodeBatch(texts.map((text) => owedText + text));
  const groups = groupCandidates(candidates);
  const enders = request.stop === 'line' ? parts.enders : null;
  const scored: (ScoredText | undefined)[] = texts.map(() => undefined);

  const cache = shelf.take(request.session);
  const reused = Math.min(commonPrefix(cache.keys, prompt.keys), prompt.rows.length - 1);
  cache.truncate(reused);
  const more = request.stop === 'line' ? (request.alternatives ?? 0) : 0;
  const decoding: DecoderSettings = {
    prompt, tokenizer, eos: manifest.special.eos, enders: parts.enders, line: request.stop === 'line', runnersUp: Math.min(more, RUNNERS_UP), onText: options.onText,
  };
  const decoder = createDecoder(decoding);
  let others: ScoredText[] = [];
  const result = (stopped: GenerateResult['stopped'], prefilled: number): GenerateResult => ({
    text: decoder.text,
    logProb: decoder.logProb,
    stopped,
    candidates: scored.filter((each) => each !== undefined),
    alternatives: others,
    tokens: { ...prompt.tokens, generated: decoder.written.length, drafted: decoder.drafted, accepted: decoder.accepted, reused },
    ms: { queue: options.queued, prefill: prefilled - began, decode: performance.now() - prefilled },
  });

  // All of the prompt but its last piece, which runs together with the candidates.
  while (prompt.rows.length - cache.keys.length > PREFILL_ROWS) {
    await prefill(generator, cache, prompt, given, PREFILL_ROWS);
    yield;
    const stop = stopEarly();
    if (stop !== null) return result(stop, performance.now());
  }
  const first = groups[0]?.tree ?? emptyTree();
  const sequence = prompt.rows.slice(cache.keys.length);
  const run = await generator.run(cache, sequence, given, first);
  for (const [t] of sequence.entries()) cache.append(prompt.keys[prompt.rows.length - sequence.length + t]!, run.fresh, t);
  const prefilled = performance.now();
  if (groups[0] !== undefined) scoreGroup(groups[0], texts, run.next, run.after, enders, scored);
  decoder.drafted += groups[0]?.paths[0]?.tokens.length ?? 0;
  const fromCandidates = (groups[0]?.paths ?? []).slice(0, more).flatMap(({ tokens, nodes }) => departFromCandidate(tokens, [run.next, ...nodes.map((node) => run.after(node))], decoding) ?? []);
  const promptLength = cache.keys.length;
  const keep = (fresh: Float32Array, firstRow: number) => (token: number, node: number): void => cache.append(token, fresh, firstRow + node);
  const departed = (): boolean => request.onlyCandidates === true && !texts.some((text) => text.startsWith(decoder.text));
  let stopped: GenerateResult['stopped'] | null = decoder.walk(run.next, first, -1, run.after, keep(run.fresh, sequence.length));

  // Only text is drafted: a mark is never chosen, and memory vectors are rows of the prompt alone.
  const isText = (row: number): boolean => row >= 0 && tokenizer.bytesOf(row).length > 0;
  // Copying has to match more tokens after each draft that was wrong from its start.
  let reach = shortestMatch;
  const sources = [...candidates, prompt.rows, prompt.pointable?.tokens ?? []];
  const draft = (written: number[]): number[] => draftByCopying(written, sources, Math.min(copiedDraft, prompt.maxTokens - written.length), reach, isText);
  while (stopped === null) {
    if (departed()) {
      stopped = 'departed';
      break;
    }
    yield;
    stopped = stopEarly();
    if (stopped !== null) break;
    const pending = decoder.pending;
    const drafts = draft(decoder.written);
    const tree = emptyTree();
    addPath(tree, drafts);
    decoder.drafted += drafts.length;
    const step = await generator.run(cache, [pending], given, tree);
    cache.append(pending, step.fresh, 0);
    const accepted = decoder.accepted;
    stopped = decoder.walk(step.next, tree, -1, step.after, keep(step.fresh, 1));
    if (drafts.length > 0) reach = decoder.accepted > accepted ? shortestMatch : reach + 1;
  }

  if (more > 0 && stopped !== 'cancelled' && stopped !== 'deadline') {
    reach = shortestMatch;
    const branches = [...departFromGreedy(decoder, more, decoding), ...fromCandidates];
    const finished = branches.length === 0 ? [] : yield* finishLines(branches, decoder.written, { prompt, given, generator, cache, promptLength, draft, stop: () => stopEarly() !== null });
    others = finished.filter(({ text }, i) => text !== decoder.text && finished.findIndex((each) => each.text === text) === i);
  }
  for (const group of groups.slice(1)) {
    if (stopEarly() !== null) break;
    yield;
    await scoreLater(group, cache, promptLength, prompt, given, parts, texts, enders, scored);
  }
  return result(stopped, prefilled);
}

/** Scores a further group: the prompt's last row is run again, because only its next-token probabilities were kept. */
async function scoreLater(group: CandidateGroup, cache: KeyValueCache, promptLength: number, prompt: Prompt, given: Given, parts: GenerateParts, texts: string[], enders: number[] | null, scored: (ScoredText | undefined)[]): Promise<void> {
  cache.truncate(promptLength - 1);
  const run = await parts.generator.run(cache, prompt.rows.slice(-1), given, group.tree);
  cache.append(prompt.keys.at(-1)!, run.fresh, 0);
  scoreGroup(group, texts, run.next, run.after, enders, scored);
}

function emptyResult(stopped: 'cancelled' | 'deadline', queued: number): GenerateResult {
  return {
    text: '', logProb: 0, stopped, candidates: [], alternatives: [],
    tokens: { prefix: 0, suffix: 0, pasted: 0, memory: 0, generated: 0, drafted: 0, accepted: 0, reused: 0 },
    ms: { queue: queued, prefill: 0, decode: 0 },
  };
}
