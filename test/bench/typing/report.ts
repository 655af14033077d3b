/** Samples of a stretch of typing, and what they say in all. */
import { percentile } from '../../eval/bootstrap.js';
import { markdown } from '../../eval/table.js';
import { shown } from '../numbers.js';
import { slope } from '../slope.js';
import type { Answer } from './keyboard.js';
import type { Done } from './work.js';

export interface Sample {
  /** Since the first key. */
  seconds: number;
  /** Null where the daemon could not be looked at. */
  rss_mb: number | null;
  /** Of the answers since the last sample that no newer key cancelled; null where there were none. */
  p50_ms: number | null;
  p95_ms: number | null;
  keys: number;
  cancelled: number;
}

const times = (answers: readonly Answer[], of: (answer: Answer) => number): Float64Array => Float64Array.from(answers, of).sort();
const isAnswered = ({ reason }: Answer): boolean => reason !== 'cancelled' && reason !== 'failed';

export function sampleOf(seconds: number, rss_mb: number | null, answers: readonly Answer[]): Sample {
  const answered = times(answers.filter(isAnswered), ({ ms }) => ms);
  const at = (share: number): number | null => (answered.length === 0 ? null : percentile(answered, share));
  return { seconds, rss_mb, p50_ms: at(0.5), p95_ms: at(0.95), keys: answers.length, cancelled: answers.filter(({ reason }) => reason === 'cancelled').length };
}

/** Megabytes an hour, fitted to the second half of the time, when caches have filled; NaN of fewer than two samples there. */
export function memoryGrowth(samples: readonly Sample[]): number {
  const half = (samples.at(-1)?.seconds ?? 0) / 2;
  return slope(samples.flatMap(({ seconds, rss_mb }) => (seconds >= half && rss_mb !== null ? [{ x: seconds / 3600, y: rss_mb }] : [])));
}

/** Rows of the table of memory against time. */
const ROWS = 12;

export function typingTables(samples: readonly Sample[], answers: readonly Answer[], done: Done): string[] {
  const answered = answers.filter(isAnswered);
  const reasons = new Map<string, number>();
  for (const { reason } of answers) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const share = (count: number): string => `${((100 * count) / Math.max(1, answers.length)).toFixed(1)} %`;
  const ms = times(answered, (answer) => answer.ms);
  const prefill = times(answered.filter((answer) => answer.prefill_ms > 0), (answer) => answer.prefill_ms);
  const resident = samples.flatMap(({ rss_mb }) => rss_mb ?? []);
  const step = Math.max(1, Math.ceil(samples.length / ROWS));
  return [
    ...markdown(
      ['what', 'measured'],
      [
        ['keys, each a request', String(answers.length)],
        ['lines typed, commits, branch switches', `${done.lines}, ${done.commits}, ${done.switches}`],
        ['key to answer, p50 / p95', `${shown(percentile(ms, 0.5))} / ${shown(percentile(ms, 0.95))} ms`],
        ['reading the prompt, p50 / p95', `${shown(percentile(prefill, 0.5))} / ${shown(percentile(prefill, 0.95))} ms`],
        ...[...reasons].sort((a, b) => b[1] - a[1]).map(([reason, count]) => [reason === 'cancelled' ? 'cancelled by a newer key' : `reason ${reason}`, `${count} (${share(count)})`]),
        ['RSS at first, most, last', `${shown(resident[0])}, ${shown(resident.length > 0 ? Math.max(...resident) : null)}, ${shown(resident.at(-1))} MB`],
        ['RSS over the second half', `${shown(memoryGrowth(samples))} MB an hour`],
      ],
    ),
    '',
    ...markdown(
      ['minutes', 'RSS MB', 'p50 ms', 'p95 ms', 'keys', 'cancelled'],
      samples.filter((_, at) => at % step === 0 || at === samples.length - 1).map(({ seconds, rss_mb, p50_ms, p95_ms, keys, cancelled }) => [(seconds / 60).toFixed(1), shown(rss_mb), shown(p50_ms), shown(p95_ms), String(keys), String(cancelled)]),
    ),
  ];
}
