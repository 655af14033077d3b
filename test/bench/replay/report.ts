import { percentile } from '../../eval/bootstrap.js';
import { markdown } from '../../eval/table.js';
import { shown } from '../numbers.js';
import type { Tally } from './typist.js';

/** Of the language server: requests that came, those answered from earlier answers, and completions made ahead. */
export interface ServerCounts {
  requests: number;
  kept: number;
  ahead: number;
}

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const both = (values: readonly number[]): string => `${shown(percentile(sorted(values), 0.5))} / ${shown(percentile(sorted(values), 0.95))} ms`;

export function replayTable(tally: Tally, server: ServerCounts): string[] {
  const share = (part: number, all: number): string => `${part} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
  return markdown(
    ['what', 'measured'],
    [
      ['lines typed', String(tally.lines)],
      ['keys they take without help', String(tally.plainKeys)],
      ['keys pressed, those that take a suggestion among them', String(tally.keys)],
      ['keys saved', share(tally.plainKeys - tally.keys, tally.plainKeys)],
      ['keys typed along what is shown, without a request', share(tally.along, tally.keys)],
      ['requests', String(tally.requests)],
      ['… answered from what was known, so without the daemon', share(server.kept, server.requests)],
      ['completions made ahead', String(server.ahead)],
      ['answers that came after the next key, so never shown', share(tally.late, tally.requests)],
      ['requests that something came up for', share(tally.shown, tally.requests)],
      ['… of which the rest of the line was right', share(tally.right, tally.shown)],
      ['… and taken', share(tally.taken, tally.shown)],
      ['lines taken, further lines of a block among them', share(tally.takenLines, tally.lines)],
      ['lines at which something came up', share(tally.shownLines, tally.lines)],
      ['lines at which the right rest came up', share(tally.rightLines, tally.lines)],
      ['request to what is shown, p50 / p95', both(tally.answerMs)],
      ['key to what is shown, p50 / p95', both(tally.keyMs)],
    ],
  );
}
