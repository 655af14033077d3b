/** A copy lane over a small tree of texts, with blobs read by id as the daemon reads them. */
import { createHash } from 'node:crypto';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { LineIndex } from '../../daemon/copylane/lineIndex.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { createCopyLane, type CopyLane } from '../../daemon/copylane/propose.js';

export interface TreeLane extends CopyLane {
  /** Makes a tree (path → text) the open one. */
  open(tree: Record<string, string>): void;
  /** Resolves when the tokens of the open tree are read. */
  settled(): Promise<void>;
  /** Blob ids read so far for whole lines, in order. */
  reads: string[];
}

export const oidOf = (text: string): string => createHash('sha1').update(`blob ${Buffer.byteLength(text)}\0${text}`).digest('hex');

export function treeLane(tree: Record<string, string>): TreeLane {
  const blobs = new Map<string, string>();
  const reads: string[] = [];
  const index = new LineIndex();
  const read = async (oid: string): Promise<string | undefined> => {
    reads.push(oid);
    return blobs.get(oid);
  };
  const tokens = new TokenIndex(async (oid) => blobs.get(oid));
  const lane: TreeLane = {
    ...createCopyLane(index, tokens, read),
    settled: () => tokens.settled(),
    reads,
    open(next) {
      const files = Object.entries(next).map(([path, text]) => ({ path, oid: oidOf(text), hashes: hashLines(text) }));
      for (const text of Object.values(next)) blobs.set(oidOf(text), text);
      index.update(files);
      tokens.update(files);
    },
  };
  lane.open(tree);
  return lane;
}
