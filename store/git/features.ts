import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryPlace } from '../types.js';
import { isTrue, readRepositoryConfig } from './config.js';

/** What is unusual about a repository; names as they are told to the user. */
export interface RepositoryFeatures {
  sha256: boolean;
  reftable: boolean;
  alternates: boolean;
  shallow: boolean;
  partialClone: boolean;
  sparse: boolean;
  splitIndex: boolean;
}

export async function probeFeatures(place: RepositoryPlace): Promise<RepositoryFeatures> {
  const config = readRepositoryConfig(place.commonDir);
  const promisor = [...config].some(([key, value]) => key.startsWith('remote.') && key.endsWith('.promisor') && isTrue(value));
  return {
    sha256: place.objectFormat === 'sha256',
    reftable: config.get('extensions.refstorage')?.toLowerCase() === 'reftable',
    alternates: await isThere(join(place.commonDir, 'objects', 'info', 'alternates')),
    shallow: await isThere(join(place.commonDir, 'shallow')),
    partialClone: promisor || config.has('extensions.partialclone'),
    sparse: isTrue(config.get('core.sparsecheckout')) || (await isThere(join(place.gitDir, 'info', 'sparse-checkout'))),
    splitIndex: await hasSplitIndex(place.gitDir),
  };
}

/**
 * The features that isomorphic-git cannot read. Shallow, partial and sparse clones are no trouble for reading objects
 * (an absent one is reported so), and the index, split or not, is never read.
 */
export function beyondEmbedded(features: RepositoryFeatures): string[] {
  const names: [keyof RepositoryFeatures, string][] = [
    ['sha256', 'SHA-256 object ids'],
    ['reftable', 'the reftable ref format'],
    ['alternates', 'objects borrowed from another repository (alternates)'],
  ];
  return names.filter(([key]) => features[key]).map(([, name]) => name);
}

async function hasSplitIndex(gitDir: string): Promise<boolean> {
  const index = await readFile(join(gitDir, 'index')).catch(() => undefined);
  return index !== undefined && index.includes('link', 12, 'latin1') && (await sharedIndexNamed(gitDir, index));
}

/** The "link" extension holds the id of a `sharedindex.<id>` beside the index. */
async function sharedIndexNamed(gitDir: string, index: Buffer): Promise<boolean> {
  const at = index.lastIndexOf('link');
  const ids = [20, 32].map((length) => index.toString('hex', at + 8, at + 8 + length));
  const found = await Promise.all(ids.map((id) => isThere(join(gitDir, `sharedindex.${id}`))));
  return found.includes(true);
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then((found) => found.size > 0, () => false);
}
