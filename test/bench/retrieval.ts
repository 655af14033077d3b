import { join } from 'node:path';
import { openStore } from '../../store/open.js';
import type { DirectoryChild, FusedVectors } from '../../store/types.js';
import { seededRandom } from '../eval/random.js';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

const CHUNKS = 100_000;
const CHUNKS_A_FILE = 20;
const FILES_A_FOLDER = 50;
const SHAPES = { memoryDim: 256, keyDim: 128 };
const NAMES = 20_000;
const BLOCK = randomBytes(seededRandom(13), 1 << 16);

/**
 * The three searches of one retrieval (lexical, chunks, nodes) in a made-up store of 100,000 chunks: random keys,
 * twelve identifiers a chunk with the usual few frequent and many rare ones. The query's embedding is not in it.
 */
export async function retrievalAtScale(bench: Workbench, rounds: number): Promise<Measured> {
  const random = seededRandom(11);
  const store = openStore({ directory: join(bench.scratch, 'synthetic'), modelId: 'synthetic', chunkerId: 'synthetic', shapes: SHAPES });
  try {
    const root = fill(store, random);
    const view = store.openView(root);
    const times: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const names = identifiers(random, 30);
      const query = Float32Array.from({ length: SHAPES.keyDim }, () => random() - 0.5);
      times.push(
        await timed(() => {
          view.searchLexical(names, 48, '');
          view.searchChunks(query, 32, '');
          view.searchNodes(query, 16, '');
        }),
      );
    }
    return { retrieve_100k_ms: median(times) };
  } finally {
    store.close();
  }
}

function fill(store: ReturnType<typeof openStore>, random: () => number): { tree: string; scope: string } {
  const folders: DirectoryChild[] = [];
  const files = CHUNKS / CHUNKS_A_FILE;
  for (let first = 0; first < files; first += FILES_A_FOLDER) {
    const children: DirectoryChild[] = [];
    for (let file = first; file < first + FILES_A_FOLDER; file++) {
      const oid = objectId(1, file);
      store.putBlob({
        oid,
        language: 'python',
        bytes: CHUNKS_A_FILE * 400,
        skip: null,
        lineHashes: new Uint32Array(0),
        chunks: Array.from({ length: CHUNKS_A_FILE }, (_, i) => ({
          startByte: 400 * i,
          endByte: 400 * (i + 1),
          startLine: 10 * i,
          endLine: 10 * (i + 1),
          identifiers: identifiers(random, 12),
          vectors: vectors(random, 8),
        })),
        file: vectors(random, 4),
      });
      children.push({ name: `file${file}.py`, kind: 'file', oid, language: 'python', scope: '' });
    }
    const tree = objectId(2, first);
    store.putDirectory({ tree, scope: '', children, skipped: [], vectors: vectors(random, 2) });
    folders.push({ name: `folder${first}`, kind: 'directory', oid: tree, language: '', scope: '' });
  }
  const root = { tree: objectId(3, 0), scope: '' };
  store.putDirectory({ ...root, children: folders, skipped: [], vectors: vectors(random, 2) });
  return root;
}

function objectId(kind: number, number: number): string {
  return `${kind}${number.toString(16).padStart(39, '0')}`;
}

/** Name k is drawn about in proportion to 1 / k. */
function identifiers(random: () => number, count: number): string[] {
  return [...new Set(Array.from({ length: count }, () => `name_${Math.floor(NAMES ** random())}`))];
}

/** Memory vectors are slices of one random block, since no search reads them; keys are each their own. */
function vectors(random: () => number, count: number): FusedVectors {
  const length = count * SHAPES.memoryDim;
  const start = Math.floor(random() * (BLOCK.length - length));
  return { memory: BLOCK.slice(start, start + length), scales: new Float32Array(count).fill(0.01), key: randomBytes(random, SHAPES.keyDim) };
}

function randomBytes(random: () => number, length: number): Int8Array {
  const bytes = new Int8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Math.floor(random() * 255) - 127;
  return bytes;
}
