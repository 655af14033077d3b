/**
 * Measures one size of `hefc bench growth` in a process of its own, so that its memory is that of one tree:
 * `node dist/test/bench/growth/searchAt.js TASK` takes a SizeTask and prints a SizeMeasured, both as JSON.
 */
import { join } from 'node:path';
import { complete, type CompletionSource } from '../../../daemon/complete/complete.js';
import { embedQuery, retrieve } from '../../../daemon/complete/retrieve.js';
import { createCopySource } from '../../../daemon/engine/copySource.js';
import { bundleDirectory } from '../../../daemon/bundleInUse.js';
import { readConfig } from '../../../daemon/config.js';
import { readManifest } from '../../../models/bundle/read.js';
import { startInference } from '../../../models/start.js';
import type { Inference } from '../../../models/types.js';
import { databaseName, openStore } from '../../../store/open.js';
import { percentile } from '../../eval/bootstrap.js';
import { timed } from '../timing.js';
import { copiesOf } from './copies.js';
import { drawPlaces, readerOf, type Place } from './places.js';
import { readProject } from './project.js';
import { exactScan } from './recall.js';
import { recallAt } from '../../eval/recallAt.js';
import type { SizeMeasured, SizeTask, Spread } from './sizePoint.js';
import { timedParts, type Part } from './spans.js';

const PATIENCE_MS = 600_000;
/** Recall is looked at for so many chunks; the second is what enters the merged list. */
const RECALL = [16, 48] as const;

const residentMb = (): number => process.memoryUsage.rss() / 2 ** 20;

/** The query of a completion there. */
async function queryOf(inference: Inference, prefix: string): Promise<Float32Array> {
  const vector = await embedQuery(inference, { prefix }, { allowed: PATIENCE_MS });
  if (vector === undefined) throw new Error('the model has no keys, or was late');
  return vector;
}

async function measure({ repo, directory, root, rounds, within }: SizeTask): Promise<SizeMeasured> {
  const { model, threads, provider } = readConfig();
  const bundle = bundleDirectory(model);
  const inference = await startInference(bundle, { ...(threads > 0 && { threads }), ...(provider !== '' && { provider }) });
  const project = await readProject(repo);
  const copies = copiesOf(project);
  const places = drawPlaces(copies, within, rounds);
  const vectors = await Promise.all(places.map(({ prefix }) => queryOf(inference, prefix)));
  const before = residentMb();

  let began = performance.now();
  const store = openStore({ directory, ...project.store });
  const opened = performance.now() - began;
  began = performance.now();
  const view = store.openView(root);
  const viewed = performance.now() - began;
  const settled = await timed(async () => {
    while (store.mergeTerms());
    while (store.countTerms());
  });
  const lanes = createCopySource();
  const objects = readerOf(copies);
  const { chooser } = readManifest(bundle);
  const plain: CompletionSource & { tree: NonNullable<CompletionSource['tree']> } = { inference, chooser, tree: { view, objects }, places: lanes.places, propose: (place) => lanes.propose(place), index: { state: 'ready', indexed: 1 } };
  const { source, take } = timedParts(plain);

  const allowed = PATIENCE_MS;
  const search = (place: Place, like = true): Promise<unknown> => retrieve({ view: source.tree.view, inference: source.inference, places: like ? source.places : () => [] }, place, { allowed });
  const first = await timed(() => search(places[0]!, false));
  const searchedMb = residentMb();
  // Files of the copy lane are followed now, not before, so that the first search is the searches' own.
  lanes.follow(view, objects);
  const copyIndex = await timed(() => source.propose({ ...places[0]!, suffix: null }));
  take();

  const spreads = new Map<string, number[]>();
  const note = (name: string, ms: number): void => void spreads.set(name, [...(spreads.get(name) ?? []), ms]);
  for (const place of places) {
    const all = await timed(() => search(place));
    const parts = take();
    note('retrieve', all);
    note('search', all - parts.embed - parts.like);
    for (const part of ['embed', 'lexical', 'dense', 'nodes', 'like'] satisfies Part[]) note(part, parts[part]);
  }
  for (const [at, place] of places.entries()) {
    const result = await complete(source, { ...place, suffix: null, context: 'hef', lanes: { model: true, copy: true }, session: `place-${at}` });
    const parts = take();
    note('completion', result.ms.total);
    note('propose', parts.propose);
    note('completion_retrieve', result.ms.retrieve - parts.propose);
    note('generate', result.ms.prefill + result.ms.decode);
  }
  const completedMb = residentMb();

  const most = Math.max(...RECALL);
  const found = vectors.map((vector, at) => view.searchChunks(vector, most, places[at]!.path).map(({ score }) => score));
  const exact = exactScan(join(directory, databaseName), vectors.map((vector, at) => ({ vector, excluded: new Set(view.chunksOf(places[at]!.path).map(({ id }) => id)) })), most);
  // A shorter search looks at fewer candidates, so each length is asked for by itself.
  const few = vectors.map((vector, at) => view.searchChunks(vector, RECALL[0], places[at]!.path).map(({ score }) => score));
  const mean = (k: number, lists: number[][]): number => lists.reduce((sum, list, at) => sum + recallAt(k, exact[at]!, list), 0) / lists.length;

  const spread = (name: string): Spread => {
    const sorted = (spreads.get(name) ?? []).sort((a, b) => a - b);
    return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
  };
  store.close();
  await inference.close();
  return {
    open_ms: opened, view_ms: viewed, settle_ms: settled, first_search_ms: first, copy_index_ms: copyIndex,
    rss_before_mb: before, rss_searched_mb: searchedMb, rss_completed_mb: completedMb,
    retrieve: spread('retrieve'), search: spread('search'), embed: spread('embed'), lexical: spread('lexical'), dense: spread('dense'), nodes: spread('nodes'), like: spread('like'),
    completion: spread('completion'), propose: spread('propose'), completion_retrieve: spread('completion_retrieve'), generate: spread('generate'),
    recall_16: mean(RECALL[0], few), recall_48: mean(RECALL[1], found),
  };
}

try {
  process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '') as SizeTask))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
