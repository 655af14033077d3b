/** From the options of `complete` and `explain` to the daemon's answer. */
import type { CompleteResult } from '../daemon/ipc/protocol.js';
import type { PlaceOptions } from './place.js';
import { withDaemon } from './session.js';
import { cursorIn, readSource } from './source.js';

/** How much longer than the completion may take we wait for a running daemon, in ms: for its greeting, then for its answer. */
const GRACE_MS = 2000;

/** Throws Failure, CallError or NoDaemonError. */
export async function requestCompletion(options: PlaceOptions, extra: { explain?: boolean; onText?: (text: string) => void } = {}): Promise<CompleteResult> {
  const { file, text } = await readSource(options.file, options.stdin === true);
  const { line, column } = cursorIn(text, options);
  const { context, timeout, maxTokens, minConfidence, block } = options;
  // Calls of one shell or editor about one file: they share cached keys and values, and a newer one replaces an older.
  const session = `${process.ppid}:${file}`;
  const params = { session, file, text, line, column, context, timeout, explain: extra.explain === true, ...(maxTokens === undefined ? {} : { maxTokens }), ...(minConfidence === undefined ? {} : { minConfidence }), ...(block === true ? { lines: 'block' as const } : {}) };
  return withDaemon((connection) => connection.call('complete', params, { timeout: timeout + GRACE_MS, onEvent: (event) => extra.onText?.(event.text) }), { helloTimeout: timeout + GRACE_MS });
}

/** The documented object; what the daemon adds for `explain` follows. */
export function completionJson(result: CompleteResult): object {
  const { text, lane, reason, confidence, model, context, tokens, nodes, ms, explanation } = result;
  return { text, lane, reason, confidence, model, context, tokens, nodes, ms, ...(explanation === undefined ? {} : { explanation }) };
}
