/**
 * Hierarchy first, as a way of searching to compare with: the best file and directory nodes say where to look, the keys
 * of the chunks there what to take. The product merges the ranks of file nodes into those of chunks instead.
 */
import type { Hit, TreeView } from '../../store/types.js';

/** Files looked into. */
const FILES = 8;
/** Files of one directory node, in tree order, at most. */
const FILES_A_DIRECTORY = 4;

/**
 * Chunks inside the files of the best nodes, by the cosine of their key and that of their file together; at most k.
 * @param nodes file and directory nodes, best first; a directory stands for the files directly in it
 * @param exclude the edited file, whose chunks and those of its copies never come back
 */
export function searchInside(view: TreeView, query: Float32Array, nodes: readonly Hit[], k: number, exclude: string): Hit[] {
  const excluded = view.file(exclude)?.oid;
  const files = new Map<string, number>();
  for (const node of nodes) {
    const paths = node.kind === 'file' ? [node.path] : filesIn(view, node.path);
    for (const path of paths) if (!files.has(path) && files.size < FILES && view.file(path)?.oid !== excluded) files.set(path, node.score);
  }
  return [...files]
    .flatMap(([path, score]) => view.chunksOf(path).map((chunk) => ({ ...chunk, score: score + cosine(query, view.vectors(chunk).key) })))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
}

function filesIn(view: TreeView, directory: string): string[] {
  const start = directory === '' ? '' : `${directory}/`;
  return view.files().filter(({ path }) => path.startsWith(start) && !path.includes('/', start.length)).slice(0, FILES_A_DIRECTORY).map(({ path }) => path);
}

/** 0 for a key of zeros. */
function cosine(query: Float32Array, key: Int8Array): number {
  let dot = 0;
  let square = 0;
  let querySquare = 0;
  for (let i = 0; i < key.length; i++) {
    dot += query[i]! * key[i]!;
    square += key[i]! * key[i]!;
    querySquare += query[i]! * query[i]!;
  }
  return square === 0 || querySquare === 0 ? 0 : dot / Math.sqrt(square * querySquare);
}
