/** The copy lane of one worktree: follows the open tree, and proposes from it and from the buffer itself. */
import { createHash } from 'node:crypto';
import { hashLines } from '../copylane/lineHash.js';
import { likeFiles, type LikeFile } from '../copylane/likeFiles.js';
import { likePlaces, type LikePlace } from '../copylane/likePlaces.js';
import { LineIndex, type HashedFile } from '../copylane/lineIndex.js';
import { createCopyLane } from '../copylane/propose.js';
import { TokenIndex } from '../copylane/tokenIndex.js';
import type { CopyCandidate } from '../complete/choose.js';
import type { ObjectReader, TreeView } from '../../store/types.js';

export interface CopySource {
  /** Makes a tree's files the ones copied from; cheap for a neighbouring tree. */
  follow(view: TreeView, objects: ObjectReader): void;
  /** Texts that stand for the files of their paths, or beside the others where the tree has none of a path. */
  overlay(texts: ReadonlyMap<string, string>): void;
  /** Where the open tree goes on after lines like those above the cursor, best first. */
  places(place: { path: string; prefix: string }): LikePlace[];
  /** Files of the open tree that most of a text's lines stand in, best first. */
  files(text: { above: string; below: string }): LikeFile[];
  propose(place: { path: string; prefix: string; suffix: string | null; deadline?: number }): Promise<CopyCandidate[]>;
}

/** What the ids of texts that Git has none for begin with. */
const BUFFER = 'buffer ';

/** `oid` is none of Git's. */
interface OverlaidFile {
  path: string;
  text: string;
  oid: string;
  hashes: Uint32Array;
}

/** Places handed to retrieval. */
const PLACES = 16;
/** Files named for a text of unknown origin. */
const FILES = 8;

export function createCopySource(): CopySource {
  const index = new LineIndex();
  let reader: ObjectReader | undefined;
  /** Of the open tree, by the paths of the texts that stand in their place. */
  let covered = new Map<string, HashedFile>();
  let overlaid: readonly OverlaidFile[] = [];
  const read = async (oid: string): Promise<Buffer | string | undefined> => (oid.startsWith(BUFFER) ? overlaid.find((file) => file.oid === oid)?.text : reader?.readBlob(oid));
  const tokens = new TokenIndex(read);
  // The indexes are made when a completion first asks: a repository nobody completes in costs no memory. From then on
  // they follow each new tree at once, so that no later completion waits for them.
  let waiting: TreeView | undefined;
  let used = false;
  const update = (): void => {
    if (!waiting) return;
    const over = new Set(overlaid.map(({ path }) => path));
    const committed = [...waiting.lineHashes()];
    covered = new Map(committed.filter(({ path }) => over.has(path)).map((file) => [file.path, file]));
    const files = [...overlaid, ...committed.filter(({ path }) => !over.has(path))];
    waiting = undefined;
    index.update(files);
    tokens.update(files);
  };
  const lane = createCopyLane(index, tokens, read);
  const put = (path: string, file: HashedFile | undefined): void => {
    const committed = index.fileAt(path);
    if (committed?.oid === file?.oid) return;
    if (committed !== undefined && !covered.has(path) && !committed.oid.startsWith(BUFFER)) covered.set(path, committed);
    index.put(path, file);
    tokens.put(path, committed?.oid, file);
  };
  return {
    follow(view, objects) {
      waiting = view;
      reader = objects;
      if (used) update();
    },
    overlay(texts) {
      if (texts.size === 0 && overlaid.length === 0) return;
      const before = overlaid;
      overlaid = [...texts].map(([path, text]) => ({ path, text, oid: `${BUFFER}${createHash('sha256').update(text).digest('hex')}`, hashes: hashLines(text) }));
      // Nothing is indexed yet, or will be anew: with these texts then.
      if (!used || waiting) return;
      for (const { path } of before) if (!texts.has(path)) put(path, covered.get(path));
      for (const file of overlaid) put(file.path, file);
    },
    places(place) {
      used = true;
      update();
      return likePlaces(index, place, PLACES);
    },
    files(text) {
      used = true;
      update();
      return likeFiles(index, text, FILES);
    },
    async propose({ path, prefix, suffix, deadline }) {
      used = true;
      update();
      await patience(tokens.settled(), deadline);
      const candidates = await lane.propose({ path, prefix, suffix });
      return candidates.map(({ text, path: from, line, score }) => ({ text, path: from, line: line + 1, score }));
    },
  };
}

/**
 * Waits for the tokens to be read, so that equal requests get equal answers; with a deadline for a tenth of the time
 * that is left, since whole lines can be copied without them.
 */
async function patience(settled: Promise<void>, deadline: number | undefined): Promise<void> {
  if (deadline === undefined) return settled;
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, (deadline - Date.now()) / 10));
  });
  await Promise.race([settled, elapsed]);
  clearTimeout(timer);
}
