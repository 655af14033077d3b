import type { ArmFigures, Report } from './report.js';

/** The report for people, in Markdown: one table in all, one line a repository and arm below it. */
export function reportTable(report: Report): string {
  const head = ['arm', 'n', 'EM', '95 %', 'ES', 'ID-EM', 'improved', 'worsened', 'p50 ms', 'p95 ms', 'tokens in'];
  const inAll = Object.entries(report.arms).map(([arm, figures]) => [arm, ...cells(figures)]);
  const byRepo = Object.entries(report.by_repo).flatMap(([repo, arms]) =>
    Object.entries(arms).map(([arm, figures]) => [repo, arm, ...cells(figures)]),
  );
  const mode = report.mode === 'fim' ? 'fill in the middle' : 'left context only';
  const recovery = Object.entries(report.recovery).map(
    ([arm, value]) => `Recovery against ${arm}: ${value === null ? `none to speak of, ${arm} gained nothing over none` : percent(value)}`,
  );
  return [
    `${report.tasks} tasks, ${mode}, model ${report.model}`,
    '',
    ...markdown(head, inAll),
    '',
    ...recovery,
    ...(recovery.length > 0 ? [''] : []),
    ...markdown(['repository', ...head], byRepo),
  ].join('\n');
}

function cells(figures: ArmFigures): string[] {
  return [
    String(figures.n),
    percent(figures.em),
    `${percent(figures.em_ci[0])}–${percent(figures.em_ci[1])}`,
    percent(figures.es),
    percent(figures.id_em),
    figures.improved === null ? '' : percent(figures.improved),
    figures.worsened === null ? '' : percent(figures.worsened),
    figures.p50_ms.toFixed(0),
    figures.p95_ms.toFixed(0),
    figures.tokens_in.toFixed(0),
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** A Markdown table whose columns line up in a terminal too. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, 3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}
