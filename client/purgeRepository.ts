/** Deleting a repository's database: by the daemon, which may hold it open, or directly when none can be reached. */
import { NoDaemonError } from '../daemon/ipc/errors.js';
import { withDaemon } from './session.js';
import { makeFolder, removeFolder } from './setUp.js';

/** Returns the bytes freed. The folder stays, so that hooks keep reporting, unless `folder` is set. */
export async function purgeRepository(place: { top: string; commonDir: string }, options: { folder: boolean }): Promise<number> {
  let freed = 0;
  let purged = false;
  try {
    freed = await withDaemon(async (connection) => (await connection.call('purge', { repo: place.top }, { timeout: 30_000 })).bytesFreed, { start: false });
    purged = true;
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
  }
  // A running daemon watches the folder: taking it away and making it anew would leave it deaf.
  if (purged && !options.folder) return freed;
  freed += removeFolder(place.commonDir);
  if (!options.folder) makeFolder(place.commonDir);
  return freed;
}
