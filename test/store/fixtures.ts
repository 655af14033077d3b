/** Made-up records for store tests: every value is a pure function of a seed, as real ones are of an object id. */
import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../store/open.js';
import { StoreError, type StoreErrorCode } from '../../store/errors.js';
import type { BlobRecord, DirectoryChild, DirectoryKey, FusedVectors, SkipReason, Store, StoreOptions, VectorShapes } from '../../store/types.js';

export const shapes: VectorShapes = { memoryDim: 16, keyDim: 64 };

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hefc-store-')));
  folders.push(folder);
  return folder;
}

export function openAt(folder: string, changes: Partial<StoreOptions> = {}): Store {
  return openStore({ directory: join(folder, 'hefc'), modelId: 'model-a', chunkerId: 'chunker-1', shapes, ...changes });
}

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function oidOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

export function vectorsFrom(seed: number, count: number, at: VectorShapes = shapes): FusedVectors {
  const next = numbersFrom(seed);
  const int8 = (length: number): Int8Array => Int8Array.from({ length }, () => Math.round(next() * 254) - 127);
  return {
    memory: int8(count * at.memoryDim),
    scales: Float32Array.from({ length: count }, () => next()),
    key: int8(at.keyDim),
  };
}

const vocabulary = Array.from({ length: 60 }, (_, at) => `${['load', 'save', 'parse', 'render'][at % 4]}_${['file', 'node', 'tree'][at % 3]}${at}`);

export function blobFrom(seed: number, language = 'python', chunkCount = 1 + (seed % 4)): BlobRecord {
  const next = numbersFrom(seed * 7919 + 1);
  const chunks = Array.from({ length: chunkCount }, (_, at) => ({
    startByte: at * 100,
    endByte: at * 100 + 100,
    startLine: at * 5,
    endLine: at * 5 + 5,
    identifiers: Array.from({ length: 3 + Math.floor(next() * 6) }, () => vocabulary[Math.floor(next() ** 2 * vocabulary.length)]!),
    vectors: vectorsFrom(seed * 1000 + at, 1 + (at % 3)),
  }));
  return {
    oid: oidOf(`blob ${seed}`),
    language,
    bytes: chunkCount * 100,
    skip: null,
    lineHashes: Uint32Array.from({ length: chunkCount * 5 }, () => Math.floor(next() * 2 ** 32)),
    chunks,
    file: chunkCount > 0 ? vectorsFrom(seed * 1000 + 999, 2) : null,
  };
}

export function skippedBlob(seed: number, skip: SkipReason): BlobRecord {
  return { oid: oidOf(`blob ${seed}`), language: '', bytes: 5000, skip, lineHashes: new Uint32Array(0), chunks: [], file: null };
}

/** Path → seed of the blob there. */
export type Plan = Record<string, number>;

/** Puts a whole tree, children first; `shuffle` changes the order in which the blobs are written. */
export function putTree(store: Store, plan: Plan, shuffle?: () => number): DirectoryKey {
  const seeds = [...new Set(Object.values(plan))];
  if (shuffle) seeds.sort(() => shuffle() - 0.5);
  for (const seed of seeds) store.putBlob(blobFrom(seed));
  return putDirectories(store, plan);
}

function putDirectories(store: Store, plan: Plan): DirectoryKey {
  const below = new Map<string, Plan>();
  const entries: [string, number | Plan][] = [];
  for (const [path, seed] of Object.entries(plan)) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      entries.push([path, seed]);
      continue;
    }
    const name = path.slice(0, slash);
    const inner = below.get(name) ?? {};
    if (!below.has(name)) entries.push([name, inner]);
    below.set(name, inner);
    inner[path.slice(slash + 1)] = seed;
  }
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const children = entries.map(([name, what]): DirectoryChild =>
    typeof what === 'number'
      ? { name, kind: 'file', oid: oidOf(`blob ${what}`), language: 'python', scope: '' }
      : { name, kind: 'directory', oid: putDirectories(store, what).tree, language: '', scope: '' },
  );
  const tree = oidOf(`tree ${children.map((child) => `${child.name} ${child.oid}`).join('\n')}`);
  store.putDirectory({ tree, scope: '', children, skipped: [], vectors: vectorsFrom(Number.parseInt(tree.slice(0, 8), 16), 2) });
  return { tree, scope: '' };
}

export function putHead(store: Store, ref: string, root: DirectoryKey, worktree = '/work'): void {
  store.putRef({ worktree, ref, commit: oidOf(`commit ${root.tree}`), root, state: 'ready', updated: 1 });
}

/** The StoreError that work throws; an error of its own when it throws none. */
export function refusalOf(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

export async function refusalOfPromise(work: Promise<unknown>): Promise<StoreError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A message a person can act on: one line, with a cause and, after a colon, the fix. */
export function isOneLineWithFix(error: StoreError, code: StoreErrorCode): boolean {
  return error.code === code && !error.message.includes('\n') && /: \S/.test(error.message);
}
