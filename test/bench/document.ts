import { basename } from 'node:path';
import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { machine } from './conditions.js';
import type { FigureName, FigureReport } from './figures.js';
import { figureTable } from './figureTable.js';

export interface Conditions {
  /** Folder of the repository measured in. */
  source: string;
  /** Arguments the benchmark ran with. */
  given: string[];
  /** At the end; undefined when no daemon could be asked. */
  status: StatusResult | undefined;
}

/** The figures as a page that can be committed: under which conditions they were taken, then the table. */
export function figureDocument(report: Partial<Record<FigureName, FigureReport>>, { source, given, status }: Conditions): string {
  const lines = [
    `- Command: \`${['hefc bench', ...given].join(' ')}\``,
    `- Machine: ${machine()}`,
  ];
  if (status !== undefined) lines.push(`- Model: ${status.daemon.model} on ${status.daemon.device}`);
  if (status?.repo) lines.push(`- Repository: ${basename(source)}, ${(status.repo.source_bytes / 1e6).toFixed(1)} MB of source in ${status.repo.chunks} chunks, a database of ${(status.repo.db_bytes / 1e6).toFixed(1)} MB`);
  return ['# Performance', '', ...lines, '', figureTable(report)].join('\n');
}
