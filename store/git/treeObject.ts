import { decodeName } from '../entryName.js';
import { StoreError } from '../errors.js';
import type { TreeEntry } from '../types.js';

/** Parses a raw tree object: `<octal mode> <name>\0<id bytes>` again and again. Errors: git-failed when it is cut short. */
export function parseTree(oid: string, bytes: Buffer): TreeEntry[] {
  const idBytes = oid.length / 2;
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const zero = space < 0 ? -1 : bytes.indexOf(0, space);
    const end = zero + 1 + idBytes;
    if (zero < 0 || end > bytes.length) throw new StoreError('git-failed', `tree ${oid} is damaged: run git fsck`);
    entries.push({
      name: decodeName(bytes.subarray(space + 1, zero)),
      kind: kindOf(bytes.toString('latin1', at, space)),
      oid: bytes.toString('hex', zero + 1, end),
    });
    at = end;
  }
  return entries;
}

function kindOf(mode: string): TreeEntry['kind'] {
  switch (mode) {
    case '40000':
    case '040000':
      return 'tree';
    case '120000':
      return 'symlink';
    case '160000':
      return 'gitlink';
    default:
      return 'blob';
  }
}

/** Root tree id of a raw commit object. */
export function treeOfCommit(commit: string, bytes: Buffer): string {
  const tree = /^tree ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n/.exec(bytes.toString('latin1', 0, 72))?.[1];
  if (tree === undefined) throw new StoreError('git-failed', `commit ${commit} is damaged: run git fsck`);
  return tree;
}
