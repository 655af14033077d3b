import type { Recovered } from './paired.js';
import type { ArmFigures, Report } from './report.js';

/** The report for people, in Markdown: all tasks first, then differences between arms, then languages and repositories. */
export function reportTable(report: Report): string {
  return [
    heading(report),
    '',
    ...markdown(['arm', ...FIGURES], Object.entries(report.arms).map(([arm, figures]) => [arm, ...cells(figures)])),
    ...differences(report),
    ...recoveryLines(report),
    ...splitTable('language', report.by_language),
    ...splitTable('repository', report.by_repo),
  ].join('\n');
}

export function heading({ tasks, mode, model }: Pick<Report, 'tasks' | 'mode' | 'model'>): string {
  return `${tasks} tasks, ${mode === 'fim' ? 'fill in the middle' : 'left context only'}, model ${model}`;
}

const FIGURES = ['n', 'EM', '95 %', 'ES', '95 %', 'ID-EM', '95 %', 'improved', 'worsened', 'p50 ms', 'p95 ms', 'tokens in'];

function cells(figures: ArmFigures): string[] {
  return [
    String(figures.n),
    percent(figures.em),
    range(figures.em_ci),
    percent(figures.es),
    range(figures.es_ci),
    percent(figures.id_em),
    range(figures.id_em_ci),
    figures.improved === null ? '' : percent(figures.improved),
    figures.worsened === null ? '' : percent(figures.worsened),
    figures.p50_ms.toFixed(0),
    figures.p95_ms.toFixed(0),
    figures.tokens_in.toFixed(0),
  ];
}

function splitTable(name: string, groups: Report['by_repo']): string[] {
  const rows = Object.entries(groups).flatMap(([group, arms]) => Object.entries(arms).map(([arm, figures]) => [group, arm, ...cells(figures)]));
  return ['', ...markdown([name, 'arm', ...FIGURES], rows)];
}

function differences({ paired }: Report): string[] {
  if (paired.length === 0) return [];
  const rows = paired.map(({ scope, arm, against, n, em, em_ci, es, es_ci }) => [scope, `${arm} − ${against}`, String(n), signed(em), `${signed(em_ci[0])} … ${signed(em_ci[1])}`, signed(es), `${signed(es_ci[0])} … ${signed(es_ci[1])}`]);
  return ['', 'Differences task by task, in points, with paired bootstrap intervals:', '', ...markdown(['tasks', 'difference', 'n', 'EM', '95 %', 'ES', '95 %'], rows)];
}

function recoveryLines({ recovery }: Report): string[] {
  const shown = (found: Recovered | null) => (found === null ? 'undefined' : `${percent(found.share)} % (${range(found.ci)})`);
  const lines = Object.entries(recovery).map(([arm, { em, es }]) => `Recovery (hef − none) / (${arm} − none): EM ${shown(em)}, ES ${shown(es)}`);
  const open = Object.values(recovery).some(({ em, es }) => em === null || es === null);
  return lines.length === 0 ? [] : ['', ...lines, ...(open ? ['Undefined: the interval of what pasted text gains contains 0.'] : [])];
}

export function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function range([lo, hi]: [number, number]): string {
  return `${percent(lo)}–${percent(hi)}`;
}

function signed(share: number): string {
  const points = percent(share).replace('-', '−');
  return share > 0 ? `+${points}` : points;
}

/** A Markdown table whose columns line up in a terminal too. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, 3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}
