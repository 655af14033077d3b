import { StoreError } from '../errors.js';

/** Content beyond this is never held in memory: the indexer's own limit for a file is far smaller. */
export const largestObject = 256 * 1024 * 1024;

export function tooLarge(oid: string, size: number): StoreError {
  return new StoreError('object-too-large', `object ${oid} has ${size} bytes, more than ${largestObject}: ask for its size before its content`);
}

export function missingTree(oid: string): StoreError {
  return new StoreError('missing-object', `tree ${oid} is not in this clone (shallow, partial or damaged): run git fetch, or git fsck`);
}

export function unknownRevision(revision: string): StoreError {
  return new StoreError('missing-object', `${JSON.stringify(revision)} names no commit of this repository: name a branch, tag or commit id`);
}
