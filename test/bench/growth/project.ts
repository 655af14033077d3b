/** A really indexed repository, read back whole: what larger, made-up ones are copied from. */
import { join } from 'node:path';
import { bundleDirectory } from '../../../daemon/bundleInUse.js';
import { CHUNKER_ID } from '../../../daemon/chunker/chunker.js';
import { readConfig } from '../../../daemon/config.js';
import { storeShapes } from '../../../daemon/indexer/vectorless.js';
import { readManifest, shapesOf } from '../../../models/bundle/read.js';
import { openObjects } from '../../../store/git/openObjects.js';
import { locateRepository } from '../../../store/git/locate.js';
import { openStore } from '../../../store/open.js';
import type { FusedVectors, Store, StoreOptions } from '../../../store/types.js';
import { seededRandom } from '../../eval/random.js';

export interface ProjectFile {
  path: string;
  language: string;
  text: string;
  /** 0-based line ranges, end exclusive, with what was fused of them. */
  chunks: { startLine: number; endLine: number; vectors: FusedVectors }[];
  file: FusedVectors;
}

export interface Project {
  /** In an order drawn at random, so that the first files are like all of them. */
  files: ProjectFile[];
  chunks: number;
  /** Identity and shapes of the store, without its folder. */
  store: Omit<StoreOptions, 'directory'>;
}

/** What a store of the model in use is opened with; loads no model. */
function storeOfModel(): Omit<StoreOptions, 'directory'> {
  const manifest = readManifest(bundleDirectory(readConfig().model));
  return { modelId: manifest.id, chunkerId: CHUNKER_ID, shapes: storeShapes(shapesOf(manifest)) };
}

/** The tree a work tree's index stands at. Throws when there is none. */
function indexedRoot(store: Store): { tree: string; scope: string } {
  const last = store.refs().filter((row) => row.state === 'ready' && store.hasDirectory(row.root)).sort((a, b) => b.updated - a.updated)[0];
  if (last === undefined) throw new Error('the repository has no finished index');
  return last.root;
}

/** Reads the index of the model in use, and the texts behind it. Its store is opened meanwhile, so no daemon should write. */
export async function readProject(repo: string): Promise<Project> {
  const place = await locateRepository(repo);
  const objects = await openObjects(place);
  const options = storeOfModel();
  const store = openStore({ directory: join(place.commonDir, 'hefc'), ...options });
  try {
    const view = store.openView(indexedRoot(store));
    const files: ProjectFile[] = [];
    for (const { path, oid, language, id } of view.files()) {
      const hits = view.chunksOf(path);
      const content = hits.length > 0 ? await objects.readBlob(oid) : undefined;
      if (content === undefined) continue;
      files.push({
        path,
        language,
        text: content.toString('utf8'),
        chunks: hits.map((hit) => ({ startLine: hit.startLine!, endLine: hit.endLine!, vectors: view.vectors(hit) })),
        file: view.vectors({ kind: 'file', id, path, score: 0 }),
      });
    }
    shuffle(files, seededRandom(17));
    return { files, chunks: files.reduce((sum, file) => sum + file.chunks.length, 0), store: options };
  } finally {
    store.close();
    objects.close();
  }
}

function shuffle<T>(items: T[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
}
