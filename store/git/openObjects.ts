import { StoreError } from '../errors.js';
import type { ObjectReader, RepositoryPlace } from '../types.js';
import { createEmbeddedReader } from './embeddedReader.js';
import { beyondEmbedded, probeFeatures } from './features.js';
import { createNativeReader, gitVersion } from './nativeReader.js';

/**
 * Opens a repository for reading: git itself where it is on PATH, else (or when preferred) isomorphic-git.
 * Errors: unsupported-repository when only isomorphic-git is there and the repository is beyond it.
 */
export async function openObjects(
  place: RepositoryPlace,
  options: { prefer?: 'git' | 'isomorphic-git' } = {},
): Promise<ObjectReader> {
  const version = options.prefer === 'isomorphic-git' ? undefined : await gitVersion();
  if (version) return createNativeReader(place, version);
  const beyond = beyondEmbedded(await probeFeatures(place));
  if (beyond.length === 0) return createEmbeddedReader(place);
  throw new StoreError(
    'unsupported-repository',
    `${place.commonDir} uses ${beyond.join(' and ')}, which isomorphic-git cannot read: install git and put it on PATH`,
  );
}
