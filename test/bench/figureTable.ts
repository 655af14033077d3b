import { markdown } from '../eval/table.js';
import { FIGURES, type FigureName, type FigureReport } from './figures.js';

/** Every budget next to what was measured, in Markdown. */
export function figureTable(report: Partial<Record<FigureName, FigureReport>>): string {
  const rows = (Object.keys(report) as FigureName[]).map((name) => {
    const { value, unit, budget, met } = report[name]!;
    const limit = budget === null ? '' : `${'least' in FIGURES[name] ? '≥' : '≤'} ${shown(budget)} ${unit}`;
    return [FIGURES[name].what, value === null ? 'not measured' : `${shown(value)} ${unit}`, limit, met === null ? '' : met ? 'met' : 'NOT MET'];
  });
  return markdown(['what', 'measured', 'budget', ''], rows).join('\n');
}

function shown(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toFixed(2)));
}
