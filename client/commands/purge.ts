import { findHooksFolder } from '../../hooks/folder.js';
import { print, printJson, size } from '../print.js';
import { purgeRepository } from '../purgeRepository.js';
import { isSetUp } from '../setUp.js';

/** Deletes the database; hooks stay, and the next request builds it anew. A repository that is not set up is left alone. */
export async function purge(options: { json?: boolean }): Promise<void> {
  const where = findHooksFolder(process.cwd());
  const wasSetUp = isSetUp(where.commonDir);
  const bytesFreed = await purgeRepository(where, { folder: false });
  if (options.json === true) printJson({ bytesFreed });
  else if (!wasSetUp) print('This repository is not set up; there was nothing to delete.');
  else print(`Deleted ${size(bytesFreed)}. The index is rebuilt at the next request, or by: hefc index --wait`);
}
