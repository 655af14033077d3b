/** One directory node, from its children's nodes: every child must be in the store already. */
import type { FusedVectors, Inference } from '../../models/types.js';
import type { DirectoryChild, DirectoryRecord, Store } from '../../store/types.js';
import type { PlannedDirectory } from './plan.js';
import { isVectorless, noVectors } from './vectorless.js';

function childVectors(store: Store, child: DirectoryChild): FusedVectors | undefined {
  return child.kind === 'directory' ? store.directoryVectors({ tree: child.oid, scope: child.scope }) : (store.blobSummary(child.oid, child.language)?.file ?? undefined);
}

/** What was refused in directories that have nothing else, by their key; their parents list it. */
export type EmptyDirectories = Map<string, DirectoryRecord['skipped']>;

/**
 * Fuses and writes a directory. A child without vectors (refused content, an empty file, a folder of nothing but those)
 * is no child. Returns whether a node was fused: a directory without children has none, and only the root is written
 * all the same, because a ref points to it. Others leave what they refused to their parent, named from there.
 */
export async function indexDirectory(directory: PlannedDirectory, store: Store, inference: Inference, empty: EmptyDirectories, signal: AbortSignal): Promise<boolean> {
  const children: DirectoryChild[] = [];
  const inputs: { name: string; kind: 'file' | 'directory'; vectors: FusedVectors }[] = [];
  const skipped = [...directory.skipped];
  const { shapes } = inference;
  const vectorless = isVectorless(shapes);
  for (const child of directory.children) {
    const vectors = childVectors(store, child);
    if (vectors && (vectors.scales.length > 0 || vectorless)) {
      children.push(child);
      inputs.push({ name: child.name, kind: child.kind, vectors });
    } else if (child.kind === 'file') {
      const summary = store.blobSummary(child.oid, child.language);
      if (!summary) throw new Error(`the index lost ${child.oid} while it was made; run: hefc index`);
      if (summary.skip) skipped.push({ name: child.name, reason: summary.skip });
    } else {
      const left = empty.get(`${child.oid}/${child.scope}`);
      if (!left && !vectors) throw new Error(`the index lost ${child.oid} while it was made; run: hefc index`);
      for (const { name, reason } of left ?? []) skipped.push({ name: `${child.name}/${name}`, reason });
    }
  }
  if (inputs.length === 0 && directory.path !== '') {
    empty.set(`${directory.key.tree}/${directory.key.scope}`, skipped);
    return false;
  }
  const vectors = inputs.length === 0 || vectorless ? noVectors(shapes) : await inference.fuseDirectory(inputs, { priority: 'index', signal });
  signal.throwIfAborted();
  store.putDirectory({ ...directory.key, children, skipped, vectors });
  return inputs.length > 0;
}
