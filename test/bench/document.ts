import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { conditionLines, conditionsOf } from './conditions.js';
import type { FigureName, FigureReport } from './figures.js';
import { figureTable } from './figureTable.js';

export interface Measurement {
  /** Folder of the repository measured in. */
  source: string;
  /** Arguments the benchmark ran with. */
  given: string[];
  /** At the end; undefined when no daemon could be asked. */
  status: StatusResult | undefined;
}

/** The figures as a page that can be committed: under which conditions they were taken, then the table. */
export function figureDocument(report: Partial<Record<FigureName, FigureReport>>, { source, given, status }: Measurement): string {
  const model = status === undefined ? 'not known' : `${status.daemon.model} on ${status.daemon.device}`;
  const { repository, ...conditions } = conditionsOf('', given, source, model);
  const weighed = status?.repo && `${(status.repo.source_bytes / 1e6).toFixed(1)} MB of source in ${status.repo.chunks} chunks, a database of ${(status.repo.db_bytes / 1e6).toFixed(1)} MB`;
  return ['# Performance', '', ...conditionLines({ ...conditions, repository: weighed ? `${repository}, ${weighed}` : repository }), '', figureTable(report)].join('\n');
}
