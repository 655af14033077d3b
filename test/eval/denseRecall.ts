/**
 * What the product's dense search loses against every key scored exactly: `node dist/test/eval/denseRecall.js TASKS --repos DIR
 * [--limit N] [--bundle DIR]`. Recall at k is the share of the k chunks of highest cosine that the search returns among
 * its first k, a mean over the queries of the tasks.
 */
import { parseArgs } from 'node:util';
import { searchLists } from '../../daemon/complete/retrieve.js';
import type { TreeView } from '../../store/types.js';
import { EvalError } from './evalError.js';
import { bundleFolder, openEvaluation } from './openEvaluation.js';
import { progressLine } from './progressLine.js';
import { recallAt } from './recallAt.js';
import { repositoryFolder } from './repositories.js';
import { runAsScript } from './runAsScript.js';
import { markdown } from './table.js';
import { readTasks, spreadTasks } from './tasks.js';
import { prepareVisit, visitTasks } from './visitTasks.js';

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

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { repos: { type: 'string' }, limit: { type: 'string' }, bundle: { type: 'string' } } });
  const [file, ...more] = positionals;
  const { repos } = values;
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (file === undefined || more.length > 0 || repos === undefined || !(limit >= 1)) throw new EvalError('usage: denseRecall TASKS --repos DIR [--limit N] [--bundle DIR]');
  const line = progressLine();
  const evaluation = await openEvaluation(bundleFolder(values.bundle));
  const known = new WeakMap<TreeView, Keys>();
  const found = new Map<string, { chunks: number; recalls: number[][] }>();
  try {
    const visit = await prepareVisit(spreadTasks(readTasks(file), limit), {
      folderOf: (repo) => repositoryFolder(repos, repo),
      fim: false,
      inference: evaluation.inference,
      open: evaluation.open,
      onIndex: (repo, progress) => line.show(`${repo}: indexing, ${progress.phase} ${progress.filesDone}/${progress.files} files`),
    });
    await visitTasks(visit, async (task, _, { inference, view, places }) => {
      const { query } = await searchLists({ view, inference, places }, { path: task.path, prefix: visit.prompts.get(task)!.prefix }, { allowed: 60_000 });
      if (query === undefined) return;
      if (!known.has(view)) known.set(view, readKeys(view));
      const exact = exactChunks(known.get(view)!, query, view.file(task.path)?.oid);
      const own = found.get(task.repo) ?? { chunks: 0, recalls: [] };
      own.chunks = Math.max(own.chunks, view.chunkCount());
      own.recalls.push(DEPTHS.map((k) => recallAt(k, exact, view.searchChunks(query, k, task.path).map(({ score }) => score))));
      found.set(task.repo, own);
    });
    line.end();
    const mean = (recalls: number[][], at: number): string => (recalls.reduce((sum, values) => sum + values[at]!, 0) / recalls.length).toFixed(3);
    const rows = [...found].map(([repo, { chunks, recalls }]) => [repo, String(chunks), String(recalls.length), ...DEPTHS.map((_, at) => mean(recalls, at))]);
    const all = [...found.values()].flatMap(({ recalls }) => recalls);
    if (all.length === 0) throw new EvalError('no task has a query: the bundle has no keys, or there is no text above the cursors');
    console.log(markdown(['repository', 'chunks', 'queries', ...DEPTHS.map((k) => `recall at ${k}`)], [...rows, ['in all', '', String(all.length), ...DEPTHS.map((_, at) => mean(all, at))]]).join('\n'));
  } finally {
    await evaluation.close();
  }
}

await runAsScript(import.meta.url, main);
