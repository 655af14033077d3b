/**
 * What stands between the cache and a tree: the directories without vectors, children before parents, and the blobs
 * they hold. A directory the store already has is not entered: nothing below it can be new.
 */
import { rootRules, type IgnoreRules } from '../chunker/ignoreRules.js';
import { languageOf } from '../chunker/language.js';
import { refusePath } from '../chunker/refuse.js';
import { rulesIn } from './treeRules.js';
import { isUtf8Name } from '../../store/entryName.js';
import type { DirectoryChild, DirectoryKey, ObjectReader, SkipReason, Store } from '../../store/types.js';

export interface PlannedDirectory {
  path: string;
  key: DirectoryKey;
  /** In tree order; files may still be refused by their content. */
  children: DirectoryChild[];
  skipped: { name: string; reason: SkipReason }[];
}

export interface PlannedBlob {
  oid: string;
  language: string;
  /** One of the paths it has, for ordering only. */
  path: string;
}

export interface Plan {
  root: DirectoryKey;
  directories: PlannedDirectory[];
  blobs: PlannedBlob[];
}

/**
 * Plans the index of one root tree. Rejects when aborted or when a tree cannot be read.
 * @param vectorless the bundle makes no vectors, so that their absence says nothing
 */
export async function planTree(store: Store, objects: ObjectReader, rootTree: string, vectorless: boolean, signal?: AbortSignal): Promise<Plan> {
  const root: DirectoryKey = { tree: rootTree, scope: '' };
  const directories: PlannedDirectory[] = [];
  const blobs = new Map<string, PlannedBlob>();
  const seen = new Set<string>();

  /** An empty directory is stored only where it was a root once; below a root it is read again, for what it refused. */
  function known(path: string, key: DirectoryKey): boolean {
    return store.hasDirectory(key) && (path === '' || vectorless || (store.directoryVectors(key)?.scales.length ?? 0) > 0);
  }

  async function visit(path: string, key: DirectoryKey, outer: IgnoreRules): Promise<void> {
    signal?.throwIfAborted();
    const id = `${key.tree}/${key.scope}`;
    if (seen.has(id) || known(path, key)) return;
    seen.add(id);
    const entries = await objects.readTree(key.tree);
    const rules = await rulesIn(objects, entries, path, outer);
    const planned: PlannedDirectory = { path, key, children: [], skipped: [] };
    for (const { name, kind, oid } of entries) {
      const inner = path === '' ? name : `${path}/${name}`;
      const reason = refuse(kind, inner, rules);
      if (reason) planned.skipped.push({ name, reason });
      else if (kind === 'tree') {
        const scope = rules.scope(inner);
        planned.children.push({ name, kind: 'directory', oid, language: '', scope });
        await visit(inner, { tree: oid, scope }, rules);
      } else {
        const language = languageOf(inner);
        planned.children.push({ name, kind: 'file', oid, language, scope: '' });
        const blob = `${oid}/${language}`;
        if (!blobs.has(blob)) blobs.set(blob, { oid, language, path: inner });
      }
    }
    directories.push(planned);
  }

  await visit('', root, rootRules());
  const missing = store.missingBlobs([...blobs.values()]);
  return { root, directories, blobs: missing.map(({ oid, language }) => blobs.get(`${oid}/${language}`)!) };
}

/** Why an entry of a tree is not indexed, as far as its path and the rules above it say. */
export function refuse(kind: string, path: string, rules: IgnoreRules): SkipReason | null {
  if (kind === 'symlink' || kind === 'gitlink') return kind;
  // No editor and no wire can name it.
  if (!isUtf8Name(path)) return 'not-utf8';
  // A folder of secrets is refused as a whole, so that its tree is never cached under this name or another.
  const named = kind === 'tree' ? refusePath(`${path}/-`) : refusePath(path);
  return named ?? rules.refuses(path, kind === 'tree');
}

/** Blobs near a path first: the longer the shared folder path, the sooner. */
export function nearestFirst(blobs: PlannedBlob[], near: string | undefined): PlannedBlob[] {
  if (near === undefined) return blobs;
  const wanted = near.split('/').slice(0, -1);
  const shared = (path: string): number => {
    const parts = path.split('/');
    let k = 0;
    while (k < wanted.length && parts[k] === wanted[k]) k++;
    return k;
  };
  return blobs.map((blob) => ({ blob, rank: shared(blob.path) })).sort((a, b) => b.rank - a.rank).map(({ blob }) => blob);
}
