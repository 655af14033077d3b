/** What `hefc bench growth` measured, as Markdown, with the exponent of each curve in all and from point to point. */
import { markdown } from '../../eval/table.js';
import { shown } from '../numbers.js';
import { growthOf, type Point } from '../slope.js';
import type { SizePoint } from './chunkGrowth.js';
import type { CommitPoint } from './commitGrowth.js';
import type { Spread } from './sizePoint.js';
import type { SourcePoint } from './sourceGrowth.js';

/** Budgets of the searches at some sizes, and the least recall at any. */
const SEARCH_BUDGETS = [
  { chunks: 100_000, ms: 15 },
  { chunks: 1_000_000, ms: 40 },
];
const RECALL_BUDGET = 0.95;
/** A size counts as the budget's own when it is as near as a file is to a full one. */
const NEAR = 0.01;

const both = ({ p50, p95 }: Spread): string => `${shown(p50)} / ${shown(p95)}`;

export function chunkTables(points: readonly SizePoint[]): string[] {
  const size = ({ chunks }: SizePoint): string => chunks.toLocaleString('en-GB');
  const curves: [string, (point: SizePoint) => number][] = [
    ['completion p50', ({ completion }) => completion.p50],
    ['completion p95', ({ completion }) => completion.p95],
    ['retrieval p50', ({ retrieve }) => retrieve.p50],
    ['searches p50', ({ search }) => search.p50],
    ['… lexical p50', ({ lexical }) => lexical.p50],
    ['… chunk keys p50', ({ dense }) => dense.p50],
    ['copy lane p50', ({ propose }) => propose.p50],
    ['opening the store', ({ open_ms }) => open_ms],
    ['database', ({ db_mb }) => db_mb],
    ['memory of the tree and copy lane', ({ rss_completed_mb, rss_before_mb }) => rss_completed_mb - rss_before_mb],
  ];
  return [
    '## Against the number of chunks',
    '',
    'Milliseconds, p50 / p95. Searches: retrieval without the run of the model for the query and without places alike.',
    '',
    ...markdown(
      ['chunks', 'completion', '… retrieval', '… copy lane', '… generating', 'retrieval alone', '… query vector', '… alike', '… searches'],
      points.map((point) => [size(point), ...[point.completion, point.completion_retrieve, point.propose, point.generate, point.retrieve, point.embed, point.like, point.search].map(both)]),
    ),
    '',
    ...markdown(
      ['chunks', 'lexical', 'chunk keys', 'node keys', 'first search', 'copy index', 'recall@16', 'recall@48', 'budget'],
      points.map((point) => [size(point), both(point.lexical), both(point.dense), both(point.nodes), shown(point.first_search_ms), shown(point.copy_index_ms), point.recall_16.toFixed(3), point.recall_48.toFixed(3), verdict(point)]),
    ),
    '',
    ...markdown(
      ['chunks', 'files', 'fill s', 'database MB', 'open ms', 'tree ms', 'settle ms', 'RSS before MB', 'searched MB', 'completed MB'],
      points.map((point) => [size(point), point.files.toLocaleString('en-GB'), ...[point.fill_s, point.db_mb, point.open_ms, point.view_ms, point.settle_ms, point.rss_before_mb, point.rss_searched_mb, point.rss_completed_mb].map(shown)]),
    ),
    ...exponents('chunks', curves.map(([name, y]) => [name, points.map((point) => ({ x: point.chunks, y: y(point) }))])),
  ];
}

/** Of the budgets that are set for this size. */
export function verdict({ chunks, search, recall_16, recall_48 }: Pick<SizePoint, 'chunks' | 'search' | 'recall_16' | 'recall_48'>): string {
  const budget = SEARCH_BUDGETS.find((each) => Math.abs(chunks - each.chunks) <= NEAR * each.chunks);
  const missed = [...(budget !== undefined && search.p50 > budget.ms ? [`searches ≤ ${budget.ms} ms`] : []), ...(Math.min(recall_16, recall_48) < RECALL_BUDGET ? [`recall ≥ ${RECALL_BUDGET}`] : [])];
  return missed.length === 0 ? 'met' : `NOT MET: ${missed.join(', ')}`;
}

export function sourceTables(points: readonly SourcePoint[]): string[] {
  const curve = (y: (point: SourcePoint) => number | null): Point[] => points.map((point) => ({ x: point.source_mb, y: y(point) ?? 0 }));
  return [
    '## Indexing against the source',
    '',
    ...markdown(
      ['source MB', 'files', 'chunks', 'seconds', 'tokens/s', 'database MB', 'database / source', 'peak RSS MB'],
      points.map((point) => [point.source_mb.toFixed(2), String(point.files), String(point.chunks), shown(point.seconds), shown(point.tokens_per_s), shown(point.db_mb), shown(point.db_mb / point.source_mb), shown(point.peak_mb)]),
    ),
    ...exponents('MB', [['index time', curve(({ seconds }) => seconds)], ['database', curve(({ db_mb }) => db_mb)], ['peak RSS', curve(({ peak_mb }) => peak_mb)]]),
  ];
}

export function commitTables(points: readonly CommitPoint[]): string[] {
  const curve = (y: (point: CommitPoint) => number): Point[] => points.map((point) => ({ x: point.files, y: y(point) }));
  return [
    '## A commit against the files it touches',
    '',
    ...markdown(['files', 'ms to fused', 'chunks fused', 'nodes fused', 'ms a file', 'ms a chunk'], points.map(({ files, ms, chunks, nodes }) => [String(files), shown(ms), String(chunks), String(nodes), shown(ms / files), shown(ms / chunks)])),
    ...exponents('files', [['to fused', curve(({ ms }) => ms)], ['chunks', curve(({ chunks }) => chunks)], ['nodes', curve(({ nodes }) => nodes)]]),
  ];
}

function exponents(unit: string, curves: readonly (readonly [string, readonly Point[]])[]): string[] {
  const grown = curves.map(([name, points]) => [name, growthOf(points)] as const);
  const longest = grown.reduce<(typeof grown)[number][1]['segments']>((most, [, { segments }]) => (segments.length > most.length ? segments : most), []);
  if (longest.length === 0) return [];
  const known = (exponent: number | undefined): string => (exponent === undefined || Number.isNaN(exponent) ? '–' : exponent.toFixed(2));
  const x = (value: number): string => (value >= 1000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3))));
  return [
    '',
    'Exponent b of cost = a · size^b (0 flat, 1 in proportion), in all and from point to point:',
    '',
    ...markdown(
      ['curve', 'all', ...longest.map(({ from, to }) => `${x(from)}–${x(to)} ${unit}`)],
      grown.map(([name, { overall, segments }]) => [name, known(overall), ...longest.map(({ from }) => known(segments.find((each) => each.from === from)?.exponent))]),
    ),
  ];
}
