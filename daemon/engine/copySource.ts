/** The copy lane of one worktree: follows the open tree, and proposes from it and from the buffer itself. */
import { LineIndex } from '../copylane/lineIndex.js';
import { createCopyLane } from '../copylane/propose.js';
import type { CopyCandidate } from '../complete/choose.js';
import type { ObjectReader, TreeView } from '../../store/types.js';

export interface CopySource {
  /** Makes a tree's files the ones copied from; cheap for a neighbouring tree. */
  follow(view: TreeView, objects: ObjectReader): void;
  propose(place: { path: string; prefix: string; suffix: string | null }): Promise<CopyCandidate[]>;
}

export function createCopySource(): CopySource {
  const index = new LineIndex();
  let reader: ObjectReader | undefined;
  // The index is made when a completion first asks: a repository nobody completes in costs no memory. From then on it
  // follows each new tree at once, so that no later completion waits for it.
  let waiting: TreeView | undefined;
  let used = false;
  const update = (): void => {
    if (waiting) index.update(waiting.lineHashes());
    waiting = undefined;
  };
  const lane = createCopyLane(index, async (oid) => reader?.readBlob(oid));
  return {
    follow(view, objects) {
      waiting = view;
      reader = objects;
      if (used) update();
    },
    async propose({ path, prefix, suffix }) {
      used = true;
      update();
      const candidates = await lane.propose({ path, prefix, suffix });
      return candidates.map(({ text, path: from, line, score }) => ({ text, path: from, line: line + 1, score }));
    },
  };
}
