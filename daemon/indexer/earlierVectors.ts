/**
 * A commit changes a few lines of a file, and most of its chunks stand in the version that was indexed before: their
 * vectors, which depend on a chunk's text alone, are taken from there.
 */
import type { FusedVectors } from '../../models/types.js';
import { StoreError } from '../../store/errors.js';
import type { ObjectReader, TreeView } from '../../store/types.js';

/** The vectors at a path, by the text of their chunk; none where nothing is known of it. */
export type EarlierVectors = (path: string) => Promise<ReadonlyMap<string, FusedVectors>>;

/** From the tree that completions are answered from at present, if any. */
export function earlierVectors(view: TreeView | undefined, objects: ObjectReader): EarlierVectors {
  return async (path) => {
    const file = view?.file(path);
    const bytes = file && (await objects.readBlob(file.oid));
    return view === undefined || bytes === undefined ? new Map() : readVectors(view, path, bytes);
  };
}

function readVectors(view: TreeView, path: string, bytes: Buffer): ReadonlyMap<string, FusedVectors> {
  try {
    return new Map(view.chunksOf(path).map((hit) => {
      const { startByte, endByte } = view.chunkRange(hit);
      return [bytes.subarray(startByte, endByte).toString('utf8'), view.vectors(hit)];
    }));
  } catch (error) {
    // Collected since the view was opened: then everything is fused.
    if (error instanceof StoreError && error.code === 'missing-object') return new Map();
    throw error;
  }
}
