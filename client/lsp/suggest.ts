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
const BELOW_AFTER_MS = 150;
/** An editor that has not asked in a file for so many ms may not show anything there: then no key begins anything. */
const ASKING_MS = 15_000;
/** So long an answer is not asked for again, in ms: editors ask some time after the key, when it may be there, and empty. */
const FRESH_MS = 1000;

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
  /** A key was typed, and the cursor stands there: begins what will be asked for in a moment, once the editor finds it worth it. */
  typed(place: Place): void;
  /** undefined: nothing, for a reason that was told or that the editor knows: cancelled, or replaced by a newer request. */
  suggest(place: Place, token: CancellationToken): Promise<CompleteResult | undefined>;
  /** The last request made again, explained; undefined before the first. Rejects with CallError or NoDaemonError. */
  explainLast(): Promise<CompleteResult | undefined>;
  /** Since the start. */
  counts(): RequestCounts;
}

/** A completion under way. */
interface Running {
  at: At;
  /** Under which it was begun: others ask otherwise. */
  settings: Settings;
  abort: AbortController;
  answer: Promise<CompleteResult>;
  /** Until when it stands for an answer to the same question; then things may have changed. */
  until: number;
}

export function createSuggester({ link, settings, unsaved, tell }: { link: Link; settings(): Settings; unsaved: Unsaved; tell: Tell }): Suggester {
  /** By file: one for another place stops it. */
  const running = new Map<string, Running>();
  /** When the editor asked last, by file. */
  const askedAt = new Map<string, number>();
  const remembered = createRemembered();
  const counts = { requests: 0, kept: 0, ahead: 0 };
  let made = settings();
  let last: CompleteParams | undefined;

  /** The completion there: the one under way, or a new one in place of any other of the file. */
  function start(at: At, inline: boolean): Running {
    const before = running.get(at.file);
    if (before !== undefined && !before.abort.signal.aborted && before.settings === settings() && before.until > Date.now() && isSame(before.at, at)) return before;
    before?.abort.abort();
    const abort = new AbortController();
    const answer = ask(at, inline, abort.signal);
    const mine: Running = { at, settings: settings(), abort, answer, until: Infinity };
    // Whoever waits for it hears of its failure; what was begun ahead may be wanted by nobody.
    answer.then(({ reason }) => (mine.until = reason === 'cancelled' || reason === 'deadline' ? 0 : Date.now() + FRESH_MS), () => (mine.until = 0));
    running.set(at.file, mine);
    return mine;
  }

  async function ask({ file, before, after }: At, inline: boolean, signal: AbortSignal): Promise<CompleteResult> {
    const { timeout } = settings();
    await unsaved.tell(file);
    const result = await link.call('complete', paramsOf({ file, before, after }, inline), { timeout: timeout + GRACE_MS, signal });
    remembered.keep({ file, before, after }, result);
    return result;
  }

  function paramsOf({ file, before, after }: At, inline: boolean): CompleteParams {
    const { timeout, context, confidence, multiline } = settings();
    const text = before + after;
    return { session: `lsp:${process.pid}:${file}`, file, text, ...cursorAt(text, before.length), context, timeout, minConfidence: confidence, lines: inline && multiline ? 'block' : 'one' };
  }

  /** Suggestions made under other settings are none. */
  function find(at: At): CompleteResult | undefined {
    if (settings() !== made) remembered.clear();
    made = settings();
    return remembered.find(at);
  }

  /** The line below a suggestion that will be taken, so that it is there when it is asked for. */
  async function startBelow(mine: Running, { text, confidence }: CompleteResult, inline: boolean): Promise<void> {
    const below = confidence < EXPECTED ? undefined : lineBelow(mine.at, text);
    if (below === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, BELOW_AFTER_MS));
    if (running.get(below.file) !== mine) return;
    counts.ahead++;
    start(below, inline);
  }

  return {
    typed(place) {
      if (Date.now() - (askedAt.get(place.file) ?? 0) > ASKING_MS) return;
      const at = atOf(place);
      if (!settings().enabled || find(at) !== undefined) return void running.get(at.file)?.abort.abort();
      counts.ahead++;
      start(at, place.inline);
    },
    async suggest(place, token) {
      if (!settings().enabled) return undefined;
      const at = atOf(place);
      last = paramsOf(at, place.inline);
      counts.requests++;
      askedAt.set(at.file, Date.now());
      const known = find(at);
      if (known !== undefined) {
        counts.kept++;
        return known;
      }
      const mine = start(at, place.inline);
      const stop = (): void => {
        if (running.get(at.file) === mine) mine.abort.abort();
      };
      const listening = token.onCancellationRequested(stop);
      if (token.isCancellationRequested) stop();
      try {
        const result = await mine.answer;
        tell.over('daemon');
        if (result.text === '') explainNothing(result, at.file, tell);
        // An answer that was under way when another place was asked for.
        if (mine.abort.signal.aborted) return undefined;
        void startBelow(mine, result, place.inline);
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

const atOf = ({ file, text, offset }: Place): At => ({ file, before: text.slice(0, offset), after: text.slice(offset) });

function isSame(one: At, other: At): boolean {
  return one.file === other.file && one.before === other.before && one.after === other.after;
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
