/** `GET /metrics`: numbers of this server and of the daemon, in the text format of Prometheus. */
import { readEditorCounts } from '../editorCounts.js';
import { observe } from './observe.js';
import { send } from './reply.js';
import type { Handler } from './routes.js';

const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Timing {
  counts: number[];
  sum: number;
}

export interface Metrics {
  /** `endpoint` must come from a closed list. `seconds` from the request's head to the answer's end. */
  count(endpoint: string, status: number, seconds: number): void;
  lines(): string[];
}

export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const timings = new Map<string, Timing>();
  return {
    count(endpoint, status, seconds) {
      const key = labels({ endpoint, status: String(status) });
      requests.set(key, (requests.get(key) ?? 0) + 1);
      const timing = timings.get(endpoint) ?? { counts: BOUNDS_S.map(() => 0).concat(0), sum: 0 };
      timings.set(endpoint, timing);
      const at = BOUNDS_S.findIndex((bound) => seconds <= bound);
      timing.counts[at < 0 ? BOUNDS_S.length : at]!++;
      timing.sum += seconds;
    },
    lines() {
      return [
        ...head('hefc_http_requests_total', 'counter', 'Requests answered since this server started; status 499: the client hung up.'),
        ...[...requests].map(([key, count]) => `hefc_http_requests_total${key} ${count}`),
        ...head('hefc_http_request_duration_seconds', 'histogram', 'From the head of a request to the end of its answer.'),
        ...[...timings].flatMap(([endpoint, { counts, sum }]) => histogram('hefc_http_request_duration_seconds', { endpoint }, BOUNDS_S, counts, sum)),
      ];
    },
  };
}

export const showMetrics: Handler = async ({ response, asker, metrics }) => {
  const lines = [...metrics.lines(), ...(await daemonLines(asker.root)), ...editorLines()];
  send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', `${lines.join('\n')}\n`);
};

async function daemonLines(repo: string): Promise<string[]> {
  const [status, recent] = [await observe('status', { repo }), await observe('recent', {})];
  const up = [...head('hefc_daemon_up', 'gauge', 'Does a daemon run? One starts at the next completion.'), `hefc_daemon_up ${status === undefined ? 0 : 1}`];
  if (status === undefined || recent === undefined) return up;
  const { given, latency, totalMs } = recent.totals;
  const bounds = latency.flatMap(({ ms }) => (ms === null ? [] : [ms / 1000]));
  const { repo: found, daemon } = status;
  return [
    ...up,
    ...head('hefc_daemon_resident_bytes', 'gauge', 'Memory of the daemon.'),
    `hefc_daemon_resident_bytes ${daemon.rss_mb * 1024 * 1024}`,
    ...head('hefc_completions_total', 'counter', 'Completions of all clients since the daemon started, by lane and reason.'),
    ...Object.entries(given).map(([kind, count]) => `hefc_completions_total${labels({ lane: kind.split('/')[0]!, reason: kind.split('/')[1]! })} ${count}`),
    ...head('hefc_completion_duration_seconds', 'histogram', 'Time of a completion in the daemon, those replaced by newer ones left out.'),
    ...histogram('hefc_completion_duration_seconds', {}, bounds, latency.map(({ count }) => count), totalMs / 1000),
    ...(found === null ? [] : [
      ...head('hefc_indexed_share', 'gauge', 'Share of the current commit that is indexed, 0 to 1.'),
      `hefc_indexed_share${labels({ repository: found.root })} ${found.indexed}`,
      ...head('hefc_database_bytes', 'gauge', 'Size of the database on disk.'),
      `hefc_database_bytes${labels({ repository: found.root })} ${found.db_bytes}`,
    ]),
  ];
}

function editorLines(): string[] {
  return [
    ...head('hefc_editor_suggestions_total', 'counter', 'What became of suggestions in editors that use hefc lsp.'),
    ...Object.entries(readEditorCounts()).map(([outcome, count]) => `hefc_editor_suggestions_total${labels({ outcome })} ${count}`),
  ];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labels(values: Record<string, string>): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** `counts`: of each bound alone, and last of what lies above all. */
function histogram(name: string, own: Record<string, string>, bounds: readonly number[], counts: readonly number[], sum: number): string[] {
  let total = 0;
  const lines = counts.map((count, at) => `${name}_bucket${labels({ ...own, le: at < bounds.length ? String(bounds[at]) : '+Inf' })} ${(total += count)}`);
  return [...lines, `${name}_sum${labels(own)} ${sum}`, `${name}_count${labels(own)} ${total}`];
}
