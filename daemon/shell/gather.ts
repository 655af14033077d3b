/** The commands of a repository's current commit, read once a blob and kept in memory. */
import type { ObjectReader } from '../../store/types.js';
import { candidatesIn, distance, type ReadFile } from './candidates.js';
import { findCommandFiles, type WalkMemory } from './findCommandFiles.js';
import { readCommands } from './read/readCommands.js';
import type { Candidate, FileCommand } from './types.js';

/** A larger file is no one's list of commands. */
const MOST_BYTES = 256 * 1024;
/** Files read for one folder, the nearest first. */
const MOST_FILES = 2000;
/** Blobs whose commands are remembered; beyond that all are forgotten. */
const MOST_BLOBS = 20_000;

export interface Gathered {
  candidates: Candidate[];
  /** False when the deadline passed before all files were read. */
  complete: boolean;
}

export interface Gatherer {
  /**
   * The command lines as typed in `folder` (from the root, '' is the root). At the deadline (a Date.now() value) no more files
   * are read, the nearest having been; the next call goes on from there. None on an unborn branch. Rejects when `signal` is
   * aborted while the tree is walked, or when it cannot be read.
   * @param except a path that counts as absent
   */
  candidates(objects: ObjectReader, folder: string, options?: { signal?: AbortSignal; deadline?: number; except?: string }): Promise<Gathered>;
}

export function createGatherer(): Gatherer {
  const directories: WalkMemory = new Map();
  const blobs = new Map<string, readonly FileCommand[]>();
  return {
    async candidates(objects, folder, { signal, deadline = Infinity, except } = {}) {
      const { commit } = await objects.head();
      if (commit === null) return { candidates: [], complete: true };
      const { tree } = await objects.rootTree(commit);
      const { files, managers } = await findCommandFiles(objects, tree, directories, signal);
      const wanted = files.filter(({ path }) => path !== except).map((file) => ({ file, steps: distance(folder, file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')))) }));
      wanted.sort((a, b) => a.steps - b.steps || (a.file.path < b.file.path ? -1 : 1));
      if (blobs.size > MOST_BLOBS) blobs.clear();
      const read: ReadFile[] = [];
      let complete = true;
      for (const { file } of wanted.slice(0, MOST_FILES)) {
        const key = `${file.oid}/${file.kind}/${file.path.slice(file.path.lastIndexOf('.') + 1)}`;
        let commands = blobs.get(key);
        if (commands === undefined) {
          complete = Date.now() <= deadline;
          if (!complete) break;
          const size = await objects.blobSize(file.oid);
          const bytes = size === undefined || size > MOST_BYTES ? undefined : await objects.readBlob(file.oid);
          // What is not in the clone may come yet.
          if (bytes === undefined) continue;
          commands = await readCommands(file, bytes);
          blobs.set(key, commands);
        }
        read.push({ file, commands });
      }
      return { candidates: candidatesIn(folder, read, managers), complete };
    },
  };
}
