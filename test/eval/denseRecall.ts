/**
 * What the product's dense search loses against every key scored exactly: `node dist/test/eval/denseRecall.js TASKS --repos DIR
 * [--limit N] [--bundle DIR] [--json]`. Recall at k is the share of the k chunks of highest cosine that the search returns among
 * its first k, a mean over the queries of the tasks.
 */
import { searchLists } from '../../daemon/complete/retrieve.js';
import type { TreeView } from '../../store/types.js';
import { EvalError } from './evalError.js';
import { readGivenTasks, withGivenTasks } from './givenTasks.js';
import { recallAt } from './recallAt.js';
import { runAsScript } from './runAsScript.js';
import { markdown } from './table.js';
import { visitTasks, type Visit } from './visitTasks.js';

const DEPTHS = [8, 16, 32, 48];

/** Every chunk of a tree with its key. */
interface Keys {
  /** [n] keyDim each; a chunk of a blob with several paths stands once. */
  keys: Int8Array[];
  /** [n] object id of the chunk's file */
  oids: string[];
}

function readKeys(view: TreeView): Keys {
  const keys = new Map<number, { key: Int8Array; oid: string }>();
  for (const { path, oid } of view.files()) for (const hit of view.chunksOf(path)) if (!keys.has(hit.id)) keys.set(hit.id, { key: view.vectors(hit).key, oid });
  return { keys: [...keys.values()].map(({ key }) => key), oids: [...keys.values()].map(({ oid }) => oid) };
}

/** Cosine of every key to the query, highest first, chunks of the excluded file left out. */
function exactChunks({ keys, oids }: Keys, query: Float32Array, excluded: string | undefined): number[] {
  const length = Math.hypot(...query);
  const scored = keys.flatMap((key, at) => {
    let dot = 0;
    let square = 0;
    for (let i = 0; i < key.length; i++) {
      dot += query[i]! * key[i]!;
      square += key[i]! * key[i]!;
    }
    return oids[at] === excluded || square === 0 ? [] : [dot / (length * Math.sqrt(square))];
  });
  return scored.sort((a, b) => b - a);
}

interface RepositoryRecall {
  repo: string;
  chunks: number;
  /** [queries][DEPTHS] */
  recalls: number[][];
}

async function recallsOf(visit: Visit): Promise<RepositoryRecall[]> {
  const known = new WeakMap<TreeView, Keys>();
  const found = new Map<string, RepositoryRecall>();
  await visitTasks(visit, async (task, _, { inference, view, places }) => {
    const { query } = await searchLists({ view, inference, places }, { path: task.path, prefix: visit.prompts.get(task)!.prefix }, { allowed: 60_000 });
    if (query === undefined) return;
    if (!known.has(view)) known.set(view, readKeys(view));
    const exact = exactChunks(known.get(view)!, query, view.file(task.path)?.oid);
    const own = found.get(task.repo) ?? { repo: task.repo, chunks: 0, recalls: [] };
    own.chunks = Math.max(own.chunks, view.chunkCount());
    own.recalls.push(DEPTHS.map((k) => recallAt(k, exact, view.searchChunks(query, k, task.path).map(({ score }) => score))));
    found.set(task.repo, own);
  });
  if (found.size === 0) throw new EvalError('no task has a query: the bundle has no keys, or there is no text above the cursors');
  return [...found.values()];
}

async function main(): Promise<void> {
  const given = readGivenTasks('denseRecall');
  const found = await withGivenTasks(given, recallsOf);
  if (given.json) return console.log(JSON.stringify(found, null, 2));
  const row = (recalls: number[][]): string[] => [String(recalls.length), ...DEPTHS.map((_, at) => (recalls.reduce((sum, values) => sum + values[at]!, 0) / recalls.length).toFixed(3))];
  const rows = found.map(({ repo, chunks, recalls }) => [repo, String(chunks), ...row(recalls)]);
  console.log(markdown(['repository', 'chunks', 'queries', ...DEPTHS.map((k) => `recall at ${k}`)], [...rows, ['in all', '', ...row(found.flatMap(({ recalls }) => recalls))]]).join('\n'));
}

await runAsScript(import.meta.url, main);
