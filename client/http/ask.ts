/** From the text of a request to the daemon's completion of it. */
import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import type { Link } from '../link.js';
import { DEFAULTS } from '../place.js';
import { number, object, text, type Body } from './body.js';
import { HttpError } from './reply.js';
import { createSessions } from './sessions.js';
import { createStopCutter } from './stops.js';
import { whichFile } from './whichFile.js';

/** How much longer than the completion may take its answer is waited for, in ms. */
const GRACE_MS = 2000;
/** The daemon's own limits. */
const LONGEST_MS = 120_000;
const MOST_TOKENS = 1024;

export interface Wanted {
  above: string;
  below: string;
  /** Beginnings of these end the text. */
  stops: readonly string[];
  /** Below 0 or absent: as long as the line is. */
  maxTokens?: number | undefined;
  /** Milliseconds. */
  timeout: number;
  /** 0..1: nothing less likely to be meant is answered. */
  confidence: number;
  /** The file, as the client named it. */
  named?: string | undefined;
  /** Other files that the client sent along. */
  hints: readonly string[];
}

export interface Answer {
  /** Cut at the first stop string. */
  text: string;
  /** The stop string that was met. */
  stop: string | undefined;
  /** Absolute path that was completed as. */
  file: string;
  result: CompleteResult;
}

export interface Asker {
  /** The repository's root. */
  root: string;
  /** `onText` gets the text piece by piece. Rejects with HttpError, CallError or NoDaemonError. */
  ask(wanted: Wanted, how: { signal: AbortSignal; onText?: (piece: string) => void }): Promise<Answer>;
  /** Makes sure that a daemon runs, for the request that follows; throws nothing. */
  warm(): void;
}

export function createAsker(link: Link, root: string): Asker {
  const sessions = createSessions();
  return {
    root,
    async ask({ above, below, stops, maxTokens, timeout, confidence, named, hints }, { signal, onText }) {
      const file = await whichFile(link, root, { above, below, named, hints }, signal);
      const lease = sessions.lease(file);
      const cutter = createStopCutter(stops);
      let streamed = '';
      let given = '';
      const give = (piece: string): void => {
        given += piece;
        if (piece !== '') onText?.(piece);
      };
      const onEvent = ({ text: piece }: { text: string }): void => {
        streamed += piece;
        give(cutter.push(piece));
      };
      try {
        const lines = above.split('\n');
        const limit = maxTokens === undefined || maxTokens < 0 ? {} : { maxTokens: Math.min(MOST_TOKENS, Math.max(1, Math.floor(maxTokens))) };
        const params = { session: lease.session, file, text: above + below, line: lines.length, column: lines.at(-1)!.length, context: DEFAULTS.context, timeout, lines: 'block' as const, ...(confidence > 0 && { minConfidence: confidence }), ...limit };
        const result = await link.call('complete', params, { timeout: timeout + GRACE_MS, signal, ...(onText && { onEvent }) });
        // Pieces come only where nothing overrules them; at most blanks at the end are taken back.
        if (result.text.startsWith(streamed)) give(cutter.push(result.text.slice(streamed.length)));
        give(cutter.rest());
        return { text: given, stop: cutter.met(), file, result };
      } finally {
        lease.end();
      }
    },
    warm() {
      link.call('status', {}).catch(() => undefined);
    },
  };
}

/** What hefc's own clients may say in any request: the field `hefc` with `file`, `timeout` and `confidence`, or a header for the file. */
export function ownFields(body: Body, header: string | string[] | undefined): { named: string | undefined; timeout: number | undefined; confidence: number | undefined } {
  const own = object(body, 'hefc');
  const named = text(own, 'file') ?? (typeof header === 'string' && header !== '' ? decodedName(header) : undefined);
  const confidence = number(own, 'confidence');
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) throw new HttpError(400, 'hefc.confidence must be a number from 0 to 1');
  return { named, timeout: inLimits(number(own, 'timeout')), confidence };
}

/** Headers hold ASCII alone: other characters come as percent signs. */
function decodedName(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw new HttpError(400, 'the header X-Hefc-File must be a path, with % as %25 and characters outside ASCII percent-encoded');
  }
}

export function inLimits(timeout: number | undefined): number | undefined {
  return timeout === undefined ? undefined : Math.min(LONGEST_MS, Math.max(1, timeout));
}
