/** From a place in an open document to the daemon's completion of its line. */
import type { CancellationToken } from 'vscode-languageserver';
import { CallError, NoDaemonError } from '../../daemon/ipc/errors.js';
import type { CompleteParams, CompleteResult } from '../../daemon/ipc/protocol.js';
import { REASONS } from '../reasons.js';
import type { Link } from '../link.js';
import { lineBelow } from './ahead.js';
import { createRemembered, type At } from './remembered.js';
import type { Settings } from './settings.js';
import type { Tell } from './tell.js';
import type { Unsaved } from './unsaved.js';

/** How much longer than the completion may take its answer is waited for, in ms. */
const GRACE_MS = 2000;
/** For an explanation, which nobody types against, in ms. */
const EXPLAIN_MS = 10_000;
/** A suggestion this likely is expected to be taken: the line below it is made ahead once nothing was asked for so many ms. */
const EXPECTED = 0.5;
const AHEAD_AFTER_MS = 150;

export interface Place {
  /** Absolute path. */
  file: string;
  text: string;
  /** UTF-16 code units into the text. */
  offset: number;
  /** Shown in place, where several lines can stand. */
  inline: boolean;
}

export interface RequestCounts {
  requests: number;
  /** Those answered from earlier answers. */
  kept: number;
  /** Completions made before they were asked for. */
  ahead: number;
}

export interface Suggester {
  /** undefined: nothing, for a reason that was told or that the editor knows: cancelled, or replaced by a newer request. */
  suggest(place: Place, token: CancellationToken): Promise<CompleteResult | undefined>;
  /** The last request made again, explained; undefined before the first. Rejects with CallError or NoDaemonError. */
  explainLast(): Promise<CompleteResult | undefined>;
  /** Since the start. */
  counts(): RequestCounts;
}

export function createSuggester({ link, settings, unsaved, tell }: { link: Link; settings(): Settings; unsaved: Unsaved; tell: Tell }): Suggester {
  /** Requests under way, by file: a newer one stops the older. */
  const running = new Map<string, AbortController>();
  const remembered = createRemembered();
  const counts = { requests: 0, kept: 0, ahead: 0 };
  let made = settings();
  let last: CompleteParams | undefined;

  /** `wanted`: the user waits for it. */
  async function ask({ file, before, after }: At, inline: boolean, abort: AbortController, wanted: boolean): Promise<CompleteResult> {
    const { timeout, context, confidence, multiline } = settings();
    const text = before + after;
    const params: CompleteParams = { session: `lsp:${process.pid}:${file}`, file, text, ...cursorAt(text, before.length), context, timeout, minConfidence: confidence, lines: inline && multiline ? 'block' : 'one' };
    if (wanted) last = params;
    await unsaved.tell(file);
    const result = await link.call('complete', params, { timeout: timeout + GRACE_MS, signal: abort.signal });
    remembered.keep({ file, before, after }, result);
    return result;
  }

  /** The line below a suggestion that will be taken, so that it is there when it is asked for. */
  async function askAhead(at: At, { text, confidence }: CompleteResult, inline: boolean, abort: AbortController): Promise<void> {
    const below = confidence < EXPECTED ? undefined : lineBelow(at, text);
    if (below === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, AHEAD_AFTER_MS));
    // Nobody waits for it: what goes wrong is told when the line is asked for.
    if (abort.signal.aborted) return;
    counts.ahead++;
    await ask(below, inline, abort, false).catch(() => undefined);
  }

  return {
    async suggest({ file, text, offset, inline }, token) {
      running.get(file)?.abort();
      if (!settings().enabled) return undefined;
      if (settings() !== made) remembered.clear();
      made = settings();
      const abort = new AbortController();
      running.set(file, abort);
      const at: At = { file, before: text.slice(0, offset), after: text.slice(offset) };
      counts.requests++;
      const known = remembered.find(at);
      if (known !== undefined) {
        counts.kept++;
        return known;
      }
      const listening = token.onCancellationRequested(() => abort.abort());
      if (token.isCancellationRequested) abort.abort();
      try {
        const result = await ask(at, inline, abort, true);
        tell.over('daemon');
        if (result.text === '') explainNothing(result, file, tell);
        // An answer that was under way when a newer request came.
        if (abort.signal.aborted) return undefined;
        void askAhead(at, result, inline, abort);
        return result;
      } catch (error) {
        explainFailure(error, tell);
        return undefined;
      } finally {
        listening.dispose();
      }
    },
    counts: () => ({ ...counts }),
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
  if (reason === 'no-suggestion' || reason === 'unsure' || reason === 'cancelled') return;
  tell.note(`nothing ${file}`, `${file}: ${reason === 'deadline' ? 'the time ran out before the first token; allow more with the setting hefc.timeout' : REASONS[reason]}`);
}

function explainFailure(error: unknown, tell: Tell): void {
  if (error instanceof CallError && error.code === 'cancelled') return;
  const message = (error as Error).message;
  if (error instanceof NoDaemonError) tell.warn('daemon', message);
  else if (error instanceof CallError && ['not-a-repository', 'timeout', 'usage'].includes(error.code)) tell.note(error.code, message);
  else tell.warn('completion', message);
}
