import { markdown } from '../eval/table.js';
import { FIGURES, type FigureKind, type FigureName, type FigureReport } from './figures.js';

/** Every budget next to what was measured, in Markdown; figures that only --full measures have their row in any case. */
export function figureTable(report: Partial<Record<FigureName, FigureReport>>): string {
  const rows: string[][] = [];
  for (const name of Object.keys(FIGURES) as FigureName[]) {
    const kind: FigureKind = FIGURES[name];
    const figure = report[name];
    if (figure === undefined && kind.full !== true) continue;
    const limit = kind.budget === null ? '' : `${kind.least === true ? '≥' : '≤'} ${shown(kind.budget)} ${kind.unit}`;
    if (figure === undefined) rows.push([kind.what, 'not measured (--full)', limit, '']);
    else rows.push([kind.what, figure.value === null ? 'not measured' : `${shown(figure.value)} ${kind.unit}`, limit, figure.met === null ? '' : figure.met ? 'met' : 'NOT MET']);
  }
  return markdown(['what', 'measured', 'budget', ''], rows).join('\n');
}

function shown(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toFixed(2)));
}
