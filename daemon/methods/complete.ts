import { isAbsolute } from 'node:path';
import { languageOf } from '../chunker/language.js';
import { refuseContent } from '../chunker/refuse.js';
import { readConfig } from '../config.js';
import type { EngineCompletion } from '../engine/types.js';
import { CallError } from '../ipc/errors.js';
import type { CompleteParams, CompleteResult, CompletionReason, ContextMode } from '../ipc/protocol.js';
import type { Daemon, Handler } from './context.js';
import { filePlace } from './filePlace.js';
import { bufferText, splitAtCursor } from './buffer.js';

const DEFAULT_TIMEOUT_MS = 1000;
const LONGEST_TIMEOUT_MS = 120_000;
/** What the worker may overrun its deadline by before the answer goes out without it. */
const GRACE_MS = 50;

/** Completions under way, by session: a newer one stops the older. */
const sessions = new Map<string, AbortController>();

function emptyResult(reason: CompletionReason, context: ContextMode, model: string): CompleteResult {
  return {
    text: '', lane: 'none', reason, confidence: 0, model, context,
    tokens: { prefix: 0, suffix: 0, memory: 0, pasted: 0, generated: 0, drafted: 0, accepted: 0 },
    nodes: [],
    ms: { total: 0, queue: 0, retrieve: 0, prefill: 0, decode: 0 },
  };
}

function checkParams(params: CompleteParams): void {
  if (typeof params.file !== 'string' || !isAbsolute(params.file)) throw new CallError('usage', 'the file must be an absolute path');
  if (params.context !== undefined && !['hef', 'snippet', 'none'].includes(params.context)) throw new CallError('usage', `there is no context ${JSON.stringify(params.context)}; use hef, snippet or none`);
  if (params.maxTokens !== undefined && !(Number.isInteger(params.maxTokens) && params.maxTokens > 0 && params.maxTokens <= 1024)) throw new CallError('usage', 'the number of tokens must be between 1 and 1024');
  if (params.lines !== undefined && !['one', 'block'].includes(params.lines)) throw new CallError('usage', `there is no lines ${JSON.stringify(params.lines)}; use one or block`);
  if (params.minConfidence !== undefined && !(params.minConfidence >= 0 && params.minConfidence <= 1)) throw new CallError('usage', 'the least confidence must be between 0 and 1');
  if (params.timeout !== undefined && !(params.timeout > 0 && params.timeout <= LONGEST_TIMEOUT_MS)) throw new CallError('usage', `the timeout must be between 1 and ${LONGEST_TIMEOUT_MS} ms`);
}

export const complete: Handler<'complete'> = async (daemon, { params, signal, emit, connection }) => {
  const received = Date.now();
  checkParams(params);
  const context = params.context ?? 'hef';
  const session = params.session ?? `${connection}:${params.file}`;
  const refusal = (reason: CompletionReason): CompleteResult => emptyResult(reason, context, daemon.bundle.loaded()?.modelId ?? readConfig().model);
  if (!readConfig().enabled) return refusal('disabled');

  sessions.get(session)?.abort();
  const abort = new AbortController();
  sessions.set(session, abort);
  const timeout = params.timeout ?? DEFAULT_TIMEOUT_MS;
  const deadline = received + timeout;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), timeout + GRACE_MS)));
  try {
    const both = AbortSignal.any([signal, abort.signal]);
    const cancelled = new Promise<'cancelled'>((resolve) => both.addEventListener('abort', () => resolve('cancelled')));
    const answer = run(daemon, params, { context, session, deadline, signal: both, onText: (text) => emit({ text }) });
    const first = await Promise.race([answer.then((result) => result ?? ('refused' as const)), late, cancelled]);
    answer.catch(() => undefined);
    if (first === 'late') {
      abort.abort();
      return { ...refusal('deadline'), ms: { total: Date.now() - received, queue: 0, retrieve: 0, prefill: 0, decode: 0 } };
    }
    if (first === 'cancelled') return refusal('cancelled');
    return first === 'refused' ? refusal('file-refused') : first;
  } finally {
    clearTimeout(timer);
    if (sessions.get(session) === abort) sessions.delete(session);
  }
};

/** undefined: the file is refused. */
async function run(daemon: Daemon, params: CompleteParams, how: { context: ContextMode; session: string; deadline: number; signal: AbortSignal; onText: (text: string) => void }): Promise<CompleteResult | undefined> {
  const { place, path, isSecret } = await filePlace(params.file);
  if (isSecret) return undefined;
  const text = bufferText(params);
  if (text === undefined) return undefined;
  const { prefix, suffix } = splitAtCursor(text, params.line, params.column);
  if (refuseContent(Buffer.from(text)) === 'secret-like') return undefined;
  const request: EngineCompletion = {
    path,
    prefix,
    suffix: (params.fim ?? suffix.trim() !== '') ? suffix : null,
    context: how.context,
    lanes: { model: true, copy: true },
    stop: 'line',
    deadline: how.deadline,
    session: how.session,
    ...(params.maxTokens !== undefined && { maxTokens: params.maxTokens }),
    ...(params.explain && { explain: true }),
    ...(params.lines !== undefined && { lines: params.lines }),
    ...(params.minConfidence !== undefined && { minConfidence: params.minConfidence }),
  };
  const options = { signal: how.signal, onText: how.onText };
  const served = await daemon.repositories.openSetUp(place);
  if (!served) return (await daemon.bundle.engine()).completeAlone(request, options);
  served.glance(languageOf(path) === 'text' ? undefined : path);
  await served.repository.showBuffers(daemon.buffers.of(place.worktree ?? place.gitDir));
  return served.repository.complete(request, options);
}
