import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { createBlobTable } from './blobTable.js';
import { collect } from './collect.js';
import { connect } from './connection.js';
import { createCounterTable } from './counterTable.js';
import { digestDirectory } from './digest.js';
import { createDirectoryTable } from './directoryTable.js';
import { StoreError } from './errors.js';
import { prepareFolder } from './folder.js';
import { adoptIdentity } from './identity.js';
import { quarantine } from './quarantine.js';
import { createRefTable } from './refTable.js';
import { migrate } from './schema/migrate.js';
import { createTermMerger } from './schema/searchTables.js';
import { guarded, isCorruption } from './sqliteErrors.js';
import { readStats } from './stats.js';
import type { DirectoryKey, Store, StoreOptions, TreeView } from './types.js';
import { openTree } from './view/openTree.js';
import { forgetRows, sharedRows } from './view/sharedRows.js';

export const databaseName = 'hefc.db';

/** sqlite-vec takes 8,192 dimensions at most. */
const largestKey = 8192;

/**
 * Opens the database of one Git common directory, making or migrating it as needed. A damaged one is moved aside and a
 * fresh one made; one of another model or chunker is emptied.
 * Errors (StoreError): newer-schema, read-only, disk-full, busy, network-filesystem, unsafe-folder, wrong-model, native-part.
 */
export function openStore(options: StoreOptions): Store {
  const { keyDim } = options.shapes;
  if (!Number.isInteger(keyDim) || keyDim < 1 || keyDim > largestKey) {
    throw new StoreError('wrong-model', `a key of ${keyDim} components cannot be indexed: use a model with 1 to ${largestKey}`);
  }
  const path = join(options.directory, databaseName);
  prepareFolder(options.directory, path);
  try {
    return storeOn(ready(path, options), path, options, null);
  } catch (error) {
    if (!isCorruption(error)) throw error;
  }
  const aside = quarantine(path);
  prepareFolder(options.directory, path);
  return storeOn(ready(path, options), path, options, aside);
}

function ready(path: string, options: StoreOptions): Database {
  const db = connect(path, options.maxBytes);
  try {
    guarded(path, () => {
      migrate(db, path);
      adoptIdentity(db, options);
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Prepares every statement, so a schema that does not fit shows here. Closes the database when one does not. */
function openTables(db: Database, shapes: StoreOptions['shapes']) {
  try {
    return {
      blobs: createBlobTable(db, shapes),
      directories: createDirectoryTable(db, shapes),
      refs: createRefTable(db),
      counters: createCounterTable(db),
      mergeTerms: createTermMerger(db),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function storeOn(db: Database, path: string, { shapes }: StoreOptions, quarantined: string | null): Store {
  const guard = <T>(work: () => T): T => guarded(path, work);
  const { blobs, directories, refs, counters, mergeTerms } = guard(() => openTables(db, shapes));

  function rootId(root: DirectoryKey): number {
    const id = directories.idOf(root);
    if (id === undefined) throw new StoreError('missing-object', `tree ${root.tree} is not indexed: run "hefc index"`);
    return id;
  }

  return {
    path,
    quarantined,
    hasBlob: (oid, language) => guard(() => blobs.has({ oid, language })),
    missingBlobs: (names) => guard(() => blobs.missing(names)),
    putBlob: (record) => guard(() => blobs.put(record)),
    blobSummary: (oid, language) => guard(() => blobs.summary(oid, language)),
    hasDirectory: (key) => guard(() => directories.idOf(key) !== undefined),
    putDirectory: (record) => guard(() => directories.put(record)),
    directoryVectors: (key) => guard(() => directories.vectors(key)),
    openView: (root, previous) => guard(() => guardedView(path, openTree(db, root, rootId(root), shapes.keyDim, unwrapped(previous)))),
    refs: () => guard(() => refs.all()),
    putRef: (row) => guard(() => refs.put(row)),
    deleteRef: (worktree, ref) => guard(() => refs.remove(worktree, ref)),
    counters: () => guard(() => counters.read()),
    bump: (by) => guard(() => counters.bump(by)),
    stats: () => guard(() => readStats(db, path)),
    collect: () => guard(() => {
      const collected = collect(db, path, shapes.keyDim);
      forgetRows(db);
      return collected;
    }),
    digest: (root) => guard(() => digestDirectory(db, rootId(root))),
    mergeTerms: () => guard(mergeTerms),
    countTerms: () => guard(() => sharedRows(db, shapes.keyDim).counts.readOn()),
    checkpoint: () => guard(() => void db.pragma('wal_checkpoint(TRUNCATE)')),
    close: () => void db.close(),
  };
}

const inner = new WeakMap<TreeView, TreeView>();

function unwrapped(view: TreeView | undefined): TreeView | undefined {
  return view && (inner.get(view) ?? view);
}

/** The same view, its database errors turned into StoreError. */
function guardedView(path: string, view: TreeView): TreeView {
  const guard = <T>(work: () => T): T => guarded(path, work);
  const outer: TreeView = {
    ...view,
    searchLexical: (identifiers, k, exclude, weights) => guard(() => view.searchLexical(identifiers, k, exclude, weights)),
    searchChunks: (query, k, exclude) => guard(() => view.searchChunks(query, k, exclude)),
    chunksOf: (path) => guard(() => view.chunksOf(path)),
    chunkAt: (path, line) => guard(() => view.chunkAt(path, line)),
    searchNodes: (query, k, exclude) => guard(() => view.searchNodes(query, k, exclude)),
    vectors: (hit) => guard(() => view.vectors(hit)),
    chunkRange: (hit) => guard(() => view.chunkRange(hit)),
    *lineHashes() {
      const rows = view.lineHashes()[Symbol.iterator]();
      for (let row = guard(() => rows.next()); !row.done; row = guard(() => rows.next())) yield row.value;
    },
  };
  inner.set(outer, view);
  return outer;
}
