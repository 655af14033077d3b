import { counts, duration, print, printJson } from '../print.js';
import { runIndex, type IndexResult } from '../runIndex.js';
import { withDaemon } from '../session.js';

/**
 * Brings the index to HEAD in the background, or with --wait before it returns. --all brings it to every branch and
 * linked worktree too, and always waits. --pause and --resume hold it and let it go on.
 */
export async function indexRepository(options: { wait?: boolean; all?: boolean; pause?: boolean; resume?: boolean; json?: boolean }): Promise<void> {
  const repo = process.cwd();
  await withDaemon(async (connection) => {
    if (options.pause === true || options.resume === true) {
      const { state } = await connection.call('pause', { repo, paused: options.pause === true }, { timeout: 10_000 });
      return options.json === true ? printJson({ state }) : print(state === 'paused' ? 'Indexing is paused; go on with: hefc index --resume' : `Indexing goes on (${state}).`);
    }
    if (options.wait !== true && options.all !== true) {
      const result = await connection.call('index', { repo, wait: false }, { timeout: 30_000 });
      // Whether anything is to be done is known only once the daemon has looked, so nothing is said about it here.
      return options.json === true ? printJson(result) : print('Indexing in the background; watch it with: hefc status');
    }
    const { result } = await runIndex(connection, repo, { all: options.all === true });
    return options.json === true ? printJson(result) : print(...summary(result));
  });
}

/** What an index that was waited for has done. */
export function summary(result: IndexResult): string[] {
  if (result.commit === null) return ['This repository has no commit yet; hefc indexes each one you make.'];
  const { blobs, chunks, nodes } = result.fused;
  const skipped = counts(result.skipped);
  return [
    `${result.commit.slice(0, 12)} is ${result.state}: ${blobs} files, ${chunks} chunks and ${nodes} nodes fused in ${duration(result.ms)}.`,
    ...(skipped === '' ? [] : [`Skipped: ${skipped}.`]),
  ];
}
