import { rootRules } from '../chunker/ignoreRules.js';
import { ignoredByGit } from '../../store/git/ignoredByGit.js';
import type { ObjectReader, RepositoryPlace } from '../../store/types.js';
import { refuse } from './plan.js';
import { rulesIn } from './treeRules.js';

/**
 * Whether a file that is no part of a tree yet would be added and indexed, as far as its path says. Rejects when a tree
 * cannot be read or git fails.
 */
export async function admits(place: RepositoryPlace, objects: ObjectReader, rootTree: string, path: string): Promise<boolean> {
  const names = path.split('/');
  if (names.some((name) => name.toLowerCase() === '.git') || (await ignoredByGit(place, objects.kind, path))) return false;
  let rules = rootRules();
  let tree: string | undefined = rootTree;
  for (let depth = 0; depth < names.length; depth++) {
    if (tree !== undefined) {
      const entries = await objects.readTree(tree);
      rules = await rulesIn(objects, entries, names.slice(0, depth).join('/'), rules);
      tree = entries.find((entry) => entry.name === names[depth] && entry.kind === 'tree')?.oid;
    }
    const last = depth === names.length - 1;
    if (refuse(last ? 'blob' : 'tree', names.slice(0, depth + 1).join('/'), rules) !== null) return false;
  }
  return true;
}
