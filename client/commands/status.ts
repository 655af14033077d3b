import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { describeCounts, readEditorCounts } from '../editorCounts.js';
import { EXIT, Failure } from '../failure.js';
import { counts, duration, print, printJson, size } from '../print.js';
import { withDaemon } from '../session.js';

/** The daemon and the repository of the working directory. */
export async function status(options: { json?: boolean }): Promise<void> {
  const cwd = process.cwd();
  const result = await withDaemon((connection) => connection.call('status', { repo: cwd }, { timeout: 10_000 }));
  if (result.repo === null) throw new Failure(EXIT.notARepository, `${cwd} is not in a Git repository; go to one, or ask for the daemon alone: hefc daemon status`);
  if (options.json === true) printJson({ ...result, editor: readEditorCounts() });
  else print(...statusLines(result));
}

/** Of one repository, the daemon and what editors did with its suggestions. */
export function statusLines(result: StatusResult): string[] {
  return [...(result.repo === null ? [] : repositoryLines(result.repo)), ...daemonLines(result), `editor      ${describeCounts(readEditorCounts())}`];
}

const STATES = {
  ready: 'ready',
  indexing: 'indexing',
  paused: 'paused; go on with: hefc index --resume',
  error: 'error',
  absent: 'not indexed; run: hefc init',
} as const;

function repositoryLines(repo: NonNullable<StatusResult['repo']>): string[] {
  const skipped = counts(repo.skipped);
  return [
    `repository  ${repo.root}`,
    `branch      ${repo.branch}${repo.tree === '' ? '' : `, tree ${repo.tree.slice(0, 12)}`}`,
    `state       ${STATES[repo.state]}${repo.error === undefined ? '' : `: ${repo.error}`}`,
    `indexed     ${Math.floor(repo.indexed * 100)} %: ${repo.chunks} chunks, ${repo.nodes} nodes`,
    `database    ${size(repo.db_bytes)} for ${size(repo.source_bytes)} of source`,
    ...(skipped === '' ? [] : [`skipped     ${skipped}`]),
  ];
}

export function daemonLines({ daemon, counters }: StatusResult): string[] {
  return [
    `daemon      ${daemon.version}, process ${daemon.pid}, up ${duration(daemon.uptime_s * 1000)}, ${Math.round(daemon.rss_mb)} MB`,
    `model       ${daemon.model} on ${daemon.device}`,
    `counters    ${Object.entries(counters).map(([name, count]) => `${count} ${name.replace('_', ' ')}`).join(', ')}`,
  ];
}
