import { openObjects } from '../../store/git/openObjects.js';
import { locateRepository } from '../../store/git/locate.js';
import type { ObjectReader } from '../../store/types.js';

/** Opens the objects of a bare repository. Errors are StoreError. */
export async function openBare(folder: string): Promise<ObjectReader> {
  return openObjects(await locateRepository(folder));
}
