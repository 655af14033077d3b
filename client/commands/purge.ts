import { findHooksFolder } from '../../hooks/folder.js';
import { print, printJson, size } from '../print.js';
import { purgeRepository } from '../purgeRepository.js';

/** Deletes the database; hooks stay, and the next request builds it anew. */
export async function purge(options: { json?: boolean }): Promise<void> {
  const where = findHooksFolder(process.cwd());
  const bytesFreed = await purgeRepository(where, { folder: false });
  if (options.json === true) printJson({ bytesFreed });
  else print(`Deleted ${size(bytesFreed)}. The index is rebuilt at the next request, or by: hefc index --wait`);
}
