/**
 * Databases as released schemas wrote them, for the tests of migrations: test/fixtures/store/schema<n>.db. One is made by
 * makeFixture.ts when its schema is new, committed, and never made again.
 */
import { join } from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import type { DirectoryKey, Store, StoreOptions } from '../../store/types.js';
import { oidOf, putHead, putTree, skippedBlob, vectorsFrom, type Plan } from './fixtures.js';

/** What a fixture's content was derived with; another model or chunker would empty it. */
export const fixtureIdentity: Pick<StoreOptions, 'modelId' | 'chunkerId' | 'shapes'> = {
  modelId: 'fixture-model',
  chunkerId: 'fixture-chunker',
  shapes: { memoryDim: 16, keyDim: 64 },
};

export function fixturePath(schema: number): string {
  return join(packageRoot(), 'test', 'fixtures', 'store', `schema${schema}.db`);
}

/** Blobs of one to four chunks, one of them at two paths. */
const main: Plan = { 'a.py': 0, 'src/b.py': 1, 'src/deep/c.py': 2, 'src/deep/größe.py': 3, 'src/again.py': 1 };
const branch: Plan = { ...main, 'a.py': 5, 'new/d.py': 7 };

/** The same content in any store: two branches, a scoped tree with skipped entries, skipped blobs, counters. */
export function putFixture(store: Store): DirectoryKey[] {
  const roots = [putTree(store, main), putTree(store, branch)];
  for (const [seed, reason] of [[100, 'secret-like'], [101, 'huge']] as const) store.putBlob(skippedBlob(seed, reason));
  const deep = putTree(store, { 'c.py': 2, 'größe.py': 3 });
  const partial: DirectoryKey = { tree: oidOf('tree partial'), scope: 'src' };
  store.putDirectory({
    ...partial,
    children: [{ name: 'deep', kind: 'directory', oid: deep.tree, language: '', scope: deep.scope }],
    skipped: [{ name: 'key.pem', reason: 'secret-like' }, { name: 'raw.bin', reason: 'binary' }],
    vectors: vectorsFrom(77, 2, fixtureIdentity.shapes),
  });
  roots.push(partial);
  ['refs/heads/main', 'refs/heads/branch', 'refs/heads/partial'].forEach((ref, at) => putHead(store, ref, roots[at]!, '/repository'));
  store.bump({ hooks: 7 });
  return roots;
}
