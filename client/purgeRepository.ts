/** Deleting a repository's database: by the daemon, which may hold it open, or directly when none can be reached. */
import { NoDaemonError } from '../daemon/ipc/errors.js';
import { withDaemon } from './session.js';
import { isSetUp, makeFolder, removeFolder } from './setUp.js';

/**
 * Returns the bytes freed. Unless `folder` is set, a repository that was set up stays so: an empty folder is left; one
 * that never was is left alone.
 */
export async function purgeRepository(place: { top: string; commonDir: string }, options: { folder: boolean }): Promise<number> {
  const wasSetUp = isSetUp(place.commonDir);
  let freed = 0;
  try {
    freed = await withDaemon(async (connection) => (await connection.call('purge', { repo: place.top }, { timeout: 30_000 })).bytesFreed, { start: false });
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
  }
  freed += removeFolder(place.commonDir);
  if (!options.folder && wasSetUp) makeFolder(place.commonDir);
  return freed;
}
