import { findHooksFolder } from '../../hooks/folder.js';
import { uninstallHooks } from '../../hooks/uninstall.js';
import { fileFailure } from '../failure.js';
import { print, size } from '../print.js';
import { purgeRepository } from '../purgeRepository.js';

/** Leaves the repository as it was before `init`. */
export async function uninit(): Promise<void> {
  const where = findHooksFolder(process.cwd());
  let restored: string[];
  try {
    restored = uninstallHooks(process.cwd()).restored;
  } catch (error) {
    throw fileFailure(`restore the hooks in ${where.folder}`, error);
  }
  const freed = await purgeRepository(where, { folder: true });
  print(`Took hefc out of ${where.top}: ${restored.length === 0 ? 'no hooks' : restored.join(', ')} restored, ${size(freed)} of vectors deleted.`);
}
