/** From a place in an open document to the daemon's completion of its line. */
import type { CancellationToken } from 'vscode-languageserver';
import { CallError, NoDaemonError } from '../../daemon/ipc/errors.js';
import type { CompleteParams, CompleteResult } from '../../daemon/ipc/protocol.js';
import { REASONS } from '../reasons.js';
import type { Link } from '../link.js';
import type { Settings } from './settings.js';
import type { Tell } from './tell.js';

/** How much longer than the completion may take its answer is waited for, in ms. */
const GRACE_MS = 2000;
/** For an explanation, which nobody types against, in ms. */
const EXPLAIN_MS = 10_000;

export interface Place {
  /** Absolute path. */
  file: string;
  text: string;
  /** UTF-16 code units into the text. */
  offset: number;
}

export interface Suggester {
  /** undefined: nothing, for a reason that was told or that the editor knows: cancelled, or replaced by a newer request. */
  suggest(place: Place, token: CancellationToken): Promise<CompleteResult | undefined>;
  /** The last request made again, explained; undefined before the first. Rejects with CallError or NoDaemonError. */
  explainLast(): Promise<CompleteResult | undefined>;
}

export function createSuggester({ link, settings, tell }: { link: Link; settings(): Settings; tell: Tell }): Suggester {
  /** Requests under way, by file: a newer one stops the older. */
  const running = new Map<string, AbortController>();
  let last: CompleteParams | undefined;

  return {
    async suggest({ file, text, offset }, token) {
      const { enabled, timeout, context } = settings();
      running.get(file)?.abort();
      if (!enabled) return undefined;
      const abort = new AbortController();
      running.set(file, abort);
      const listening = token.onCancellationRequested(() => abort.abort());
      if (token.isCancellationRequested) abort.abort();
      last = { session: `lsp:${process.pid}:${file}`, file, text, ...cursorAt(text, offset), context, timeout };
      try {
        const result = await link.call('complete', last, { timeout: timeout + GRACE_MS, signal: abort.signal });
        tell.over('daemon');
        if (result.text === '') explainNothing(result, file, tell);
        // An answer that was under way when a newer request came.
        return abort.signal.aborted ? undefined : result;
      } catch (error) {
        explainFailure(error, tell);
        return undefined;
      } finally {
        listening.dispose();
        if (running.get(file) === abort) running.delete(file);
      }
    },
    async explainLast() {
      if (last === undefined) return undefined;
      return link.call('complete', { ...last, explain: true, timeout: EXPLAIN_MS }, { timeout: EXPLAIN_MS + GRACE_MS });
    },
  };
}

/** The daemon's lines end at \n alone, whatever the editor's do. */
export function cursorAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start };
}

/** Into the log; that there is nothing to add is the usual case, and said nowhere. */
function explainNothing({ reason }: CompleteResult, file: string, tell: Tell): void {
  if (reason === 'no-suggestion' || reason === 'cancelled') return;
  tell.note(`nothing ${file}`, `${file}: ${reason === 'deadline' ? 'the time ran out before the first token; allow more with the setting hefc.timeout' : REASONS[reason]}`);
}

function explainFailure(error: unknown, tell: Tell): void {
  if (error instanceof CallError && error.code === 'cancelled') return;
  const message = (error as Error).message;
  if (error instanceof NoDaemonError) tell.warn('daemon', message);
  else if (error instanceof CallError && ['not-a-repository', 'timeout', 'usage'].includes(error.code)) tell.note(error.code, message);
  else tell.warn('completion', message);
}
