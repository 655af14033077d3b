/**
 * Whether retrieval brings what the hidden line needs: `node dist/test/eval/retrieval.js TASKS --repos DIR [--limit N]
 * [--bundle DIR] [--json]`. Recall at k is the share of tasks with one of their gold chunks (goldChunks.ts) among the
 * first k chunks, for each way of searching and for their merging, which is what a completion uses; only tasks that have
 * a gold chunk count.
 */
import { mergeLists, searchLists } from '../../daemon/complete/retrieve.js';
import type { Hit } from '../../store/types.js';
import { bootstrapInterval } from './bootstrap.js';
import { readGivenTasks, withGivenTasks } from './givenTasks.js';
import { goldChunks, readChunkNames, type ChunkNames } from './goldChunks.js';
import { searchInside } from './hierarchyFirst.js';
import { runAsScript } from './runAsScript.js';
import { markdown } from './table.js';
import { visitTasks, type Visit } from './visitTasks.js';

export const WAYS = ['lexical', 'dense', 'hierarchy', 'alike', 'merged'] as const;
export type Way = (typeof WAYS)[number];
export const GOLDS = ['rare', 'unseen', 'line'] as const;
export type GoldKind = (typeof GOLDS)[number];
/** 8 is how many chunks' vectors enter a prompt. */
const DEPTHS = [5, 8, 20] as const;

/** Rank from 1 of the first gold chunk in each list; Infinity where there is none. Undefined without a gold chunk. */
export interface Found {
  repo: string;
  ranks: Partial<Record<GoldKind, Record<Way, number>>>;
}

export interface Recall {
  repo: string;
  gold: GoldKind;
  way: Way;
  n: number;
  at: Record<(typeof DEPTHS)[number], { recall: number; ci: [number, number] }>;
}

export async function findChunks(visit: Visit): Promise<Found[]> {
  const found: Found[] = [];
  const names = new Map<string, ChunkNames>();
  await visitTasks(visit, async (task, _, { inference, view, objects, places }) => {
    const key = `${task.repo} ${task.commit}`;
    if (!names.has(key)) {
      names.clear();
      names.set(key, await readChunkNames(view, objects));
    }
    const prompt = visit.prompts.get(task)!;
    const lists = await searchLists({ view, inference, places }, { path: task.path, prefix: prompt.prefix }, { allowed: 60_000 });
    const hierarchy = lists.query ? searchInside(view, lists.query, lists.nodes, DEPTHS.at(-1)!, task.path) : [];
    const chunksOf: Record<Way, Hit[]> = { lexical: lists.lexical, dense: lists.chunks, hierarchy, alike: lists.alike, merged: mergeLists(lists, task.path).filter(({ kind }) => kind === 'chunk') };
    const gold = goldChunks(names.get(key)!, { path: task.path, oid: view.file(task.path)?.oid }, prompt);
    const ranks: Found['ranks'] = {};
    for (const kind of GOLDS) {
      if (gold[kind].size === 0) continue;
      ranks[kind] = Object.fromEntries(WAYS.map((way) => [way, rankOf(chunksOf[way], gold[kind])])) as Record<Way, number>;
    }
    found.push({ repo: task.repo, ranks });
  });
  return found;
}

function rankOf(hits: readonly Hit[], gold: ReadonlySet<number>): number {
  const at = hits.findIndex(({ id }) => gold.has(id));
  return at < 0 ? Infinity : at + 1;
}

/** Recall in all and by repository, of every list. */
export function recalls(found: readonly Found[]): Recall[] {
  const repos = ['in all', ...new Set(found.map(({ repo }) => repo))];
  return GOLDS.flatMap((gold) =>
    repos.flatMap((repo) => {
      const own = found.filter((each) => repo === 'in all' || each.repo === repo).flatMap(({ ranks }) => ranks[gold] ?? []);
      return WAYS.map((way): Recall => {
        const at = (depth: number) => {
          const hits = own.map((ranks) => Number(ranks[way] <= depth));
          return { recall: hits.reduce((sum, hit) => sum + hit, 0) / hits.length, ci: bootstrapInterval(hits) };
        };
        return { repo, gold, way, n: own.length, at: { 5: at(5), 8: at(8), 20: at(20) } };
      });
    }),
  );
}

/** Merged minus a part, recall at k, with the paired bootstrap. */
function gains(found: readonly Found[]): string[][] {
  return GOLDS.flatMap((gold) =>
    WAYS.filter((way) => way !== 'merged').map((way) => [
      gold,
      `merged − ${way}`,
      ...DEPTHS.map((depth) => {
        const values = found.flatMap(({ ranks }) => (ranks[gold] ? [Number(ranks[gold].merged <= depth) - Number(ranks[gold][way] <= depth)] : []));
        const [lo, hi] = bootstrapInterval(values);
        return `${percent(values.reduce((sum, value) => sum + value, 0) / values.length)} (${percent(lo)} … ${percent(hi)})`;
      }),
    ]),
  );
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function table(found: readonly Found[], modelId: string): string {
  const shown = ({ recall, ci: [lo, hi] }: Recall['at'][(typeof DEPTHS)[number]]) => Number.isNaN(recall) ? '' : `${percent(recall)} (${percent(lo)}–${percent(hi)})`;
  return [
    `Recall of gold chunks, ${found.length} tasks, model ${modelId}. rare: by names in 20 chunks or fewer and not in the 20 lines above; unseen: by names not above the cursor; line: the line itself, word for word.`,
    '',
    ...markdown(['gold', 'repository', 'list', 'n', ...DEPTHS.map((depth) => `at ${depth}`)], recalls(found).map(({ gold, repo, way, n, at }) => [gold, repo, way, String(n), ...DEPTHS.map((depth) => shown(at[depth]))])),
    '',
    ...markdown(['gold', 'difference', ...DEPTHS.map((depth) => `at ${depth}`)], gains(found)),
  ].join('\n');
}

async function main(): Promise<void> {
  const given = readGivenTasks('retrieval');
  const { found, modelId } = await withGivenTasks(given, async (visit) => ({ found: await findChunks(visit), modelId: visit.options.inference.modelId }));
  console.log(given.json ? JSON.stringify(recalls(found), null, 2) : table(found, modelId));
}

await runAsScript(import.meta.url, main);
