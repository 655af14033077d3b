import { performance } from 'node:perf_hooks';
import type { Manifest } from '../bundle/manifest.js';
import { buildPrompt, type Prompt } from '../prompt.js';
import type { Tokenizer } from '../tokenizer.js';
import type { GenerateRequest, GenerateResult, ScoredText } from '../types.js';
import { groupCandidates, logSum, scoreGroup, type CandidateGroup } from './candidates.js';
import type { Generator } from './generator.js';
import { pays, type Healing } from './healing.js';
import { commonPrefix, type CacheShelf, type KeyValueCache } from './keyValueCache.js';
import { draftByCopying } from './lookup.js';
import { createTextStream, type TextStream } from './text.js';
import { addPath, childOf, emptyTree, type DraftTree } from './tree.js';

export interface GenerateParts {
  manifest: Manifest;
  tokenizer: Tokenizer;
  heal: Healing;
  generator: Generator;
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

/** Rows of a prompt run at once: cancellation and the deadline are looked at in between. */
const prefillRows = 256;
/** Tokens drafted by copying at each step. */
const copiedDraft = 8;

/**
 * Answers a request; a job for the queue that yields between runs of the model.
 *
 * Greedy, with speculation: the candidates form a tree that is run together with the end of the prompt, which scores
 * them all and verifies as much of the greedy text as they foresaw; later steps draft by copying. What is accepted is
 * always the most probable token, so in float32 the text is that of plain greedy decoding.
 */
export async function* generate(request: GenerateRequest, parts: GenerateParts, options: GenerateOptions): AsyncGenerator<void, GenerateResult> {
  const { tokenizer, generator, shelf, manifest } = parts;
  const began = performance.now();
  const stopEarly = (): 'cancelled' | 'deadline' | null =>
    options.cancelled() ? 'cancelled' : request.deadline !== undefined && Date.now() >= request.deadline ? 'deadline' : null;
  const early = stopEarly();
  if (early !== null) return emptyResult(early, options.queued);

  const prompt = await buildPrompt(request, tokenizer, manifest, parts.heal);
  const texts = request.candidates ?? [];
  const owedText = new TextDecoder().decode(prompt.owed);
  const candidates = (await tokenizer.encodeBatch(texts.map((text) => owedText + text))).map((ids) => ids.slice(0, 4 * prompt.maxTokens));
  const groups = groupCandidates(candidates);
  const enders = request.stop === 'line' ? parts.enders : null;
  const scored: (ScoredText | undefined)[] = texts.map(() => undefined);

  const cache = shelf.take(request.session);
  const reused = Math.min(commonPrefix(cache.keys, prompt.keys), prompt.rows.length - 1);
  cache.truncate(reused);
  const decoder = new Decoder(request, prompt, parts, options.onText);
  const result = (stopped: GenerateResult['stopped'], prefilled: number): GenerateResult => ({
    text: decoder.text.replace(/\r$/, request.stop === 'line' ? '' : '\r'),
    logProb: decoder.logProb,
    stopped,
    candidates: scored.filter((each) => each !== undefined),
    tokens: { ...prompt.tokens, generated: decoder.written.length, drafted: decoder.drafted, accepted: decoder.accepted, reused },
    ms: { queue: options.queued, prefill: prefilled - began, decode: performance.now() - prefilled },
  });

  // All of the prompt but its last piece, which runs together with the candidates.
  while (prompt.rows.length - cache.keys.length > prefillRows) {
    await prefill(generator, cache, prompt, prefillRows);
    yield;
    const stop = stopEarly();
    if (stop !== null) return result(stop, performance.now());
  }
  const first = groups[0]?.tree ?? emptyTree();
  const sequence = prompt.rows.slice(cache.keys.length);
  const run = await generator.run(cache, sequence, prompt.memory, first);
  for (const [t] of sequence.entries()) cache.append(prompt.keys[prompt.rows.length - sequence.length + t]!, run.fresh, t);
  const prefilled = performance.now();
  if (groups[0] !== undefined) scoreGroup(groups[0], texts, run.next, run.after, enders, scored);
  decoder.drafted += groups[0]?.paths[0]?.tokens.length ?? 0;
  const promptLength = cache.keys.length;
  let stopped: GenerateResult['stopped'] | null = decoder.walk(cache, run.next, first, run.after, run.fresh, sequence.length);

  while (stopped === null) {
    yield;
    stopped = stopEarly();
    if (stopped !== null) break;
    const pending = decoder.pending;
    const drafts = draftByCopying(decoder.written, [...candidates, prompt.rows], Math.min(copiedDraft, prompt.maxTokens - decoder.written.length));
    const tree = emptyTree();
    addPath(tree, drafts);
    decoder.drafted += drafts.length;
    const step = await generator.run(cache, [pending], prompt.memory, tree);
    cache.append(pending, step.fresh, 0);
    stopped = decoder.walk(cache, step.next, tree, step.after, step.fresh, 1);
  }

  for (const group of groups.slice(1)) {
    if (stopEarly() !== null) break;
    yield;
    await scoreLater(group, cache, promptLength, prompt, parts, texts, enders, scored);
  }
  shelf.trim();
  return result(stopped, prefilled);
}

async function prefill(generator: Generator, cache: KeyValueCache, prompt: Prompt, rows: number): Promise<void> {
  const start = cache.keys.length;
  const run = await generator.run(cache, prompt.rows.slice(start, start + rows), prompt.memory, emptyTree());
  for (let t = 0; t < rows; t++) cache.append(prompt.keys[start + t]!, run.fresh, t);
}

/** Scores a further group: the prompt's last row is run again, because only its next-token probabilities were kept. */
async function scoreLater(group: CandidateGroup, cache: KeyValueCache, promptLength: number, prompt: Prompt, parts: GenerateParts, texts: string[], enders: number[] | null, scored: (ScoredText | undefined)[]): Promise<void> {
  cache.truncate(promptLength - 1);
  const run = await parts.generator.run(cache, prompt.rows.slice(-1), prompt.memory, group.tree);
  cache.append(prompt.keys.at(-1)!, run.fresh, 0);
  scoreGroup(group, texts, run.next, run.after, enders, scored);
}

/** The greedy text as it grows. */
class Decoder {
  text = '';
  logProb = 0;
  drafted = 0;
  accepted = 0;
  /** Tokens chosen so far, the healed ones included. */
  readonly written: number[] = [];
  /** The last token chosen, not run yet. */
  pending = -1;
  readonly #stream: TextStream;
  readonly #line: boolean;

  constructor(request: GenerateRequest, private readonly prompt: Prompt, private readonly parts: GenerateParts, private readonly onText: (text: string) => void) {
    this.#stream = createTextStream(parts.tokenizer, prompt.owed);
    this.#line = request.stop === 'line';
  }

  /**
   * Chooses tokens as far as the tree foresaw them, and one beyond; rows of accepted nodes enter the cache.
   * Returns why the text ends here, or null when `pending` has to be run.
   */
  walk(cache: KeyValueCache, next: Float32Array, tree: DraftTree, after: (node: number) => Float32Array, fresh: Float32Array, firstRow: number): 'line' | 'eos' | 'length' | null {
    let row = next;
    let node = -1;
    for (;;) {
      const token = this.#choose(row);
      if (token === this.parts.manifest.special.eos) {
        this.logProb += this.#line ? logSum(row, this.parts.enders) : row[token]!;
        return 'eos';
      }
      this.written.push(token);
      const piece = this.#stream.push(token, this.#line);
      if (piece !== '') {
        this.text += piece;
        this.onText(piece);
      }
      const ender = this.#stream.ended() && piece === '' && this.parts.enders.includes(token);
      this.logProb += ender ? logSum(row, this.parts.enders) : row[token]!;
      if (this.#stream.ended()) return 'line';
      if (this.written.length >= this.prompt.maxTokens) return 'length';
      node = childOf(tree, node, token);
      if (node < 0) {
        this.pending = token;
        return null;
      }
      this.accepted++;
      cache.append(token, fresh, firstRow + node);
      row = after(node);
    }
  }

  /** The most probable token; while bytes are owed, the most probable of those that repeat them. Marks of the prompt are never chosen. */
  #choose(row: Float32Array): number {
    const { tokenizer, manifest } = this.parts;
    const owed = this.#stream.owed();
    let best = -1;
    let highest = -Infinity;
    for (let token = 0; token < row.length; token++) {
      const value = row[token]!;
      if (value <= highest) continue;
      if (owed.length > 0 ? !pays(tokenizer.bytesOf(token), owed) : tokenizer.bytesOf(token).length === 0 && token !== manifest.special.eos) continue;
      best = token;
      highest = value;
    }
    return best < 0 ? manifest.special.eos : best;
  }
}

function emptyResult(stopped: 'cancelled' | 'deadline', queued: number): GenerateResult {
  return {
    text: '', logProb: 0, stopped, candidates: [],
    tokens: { prefix: 0, suffix: 0, pasted: 0, memory: 0, generated: 0, drafted: 0, accepted: 0, reused: 0 },
    ms: { queue: queued, prefill: 0, decode: 0 },
  };
}
