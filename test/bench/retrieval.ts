import type { Measured } from './figures.js';
import { chunkGrowth } from './growth/chunkGrowth.js';
import type { Workbench } from './workbench.js';

const CHUNKS = 100_000;

/** The searches of a retrieval and their merging, without the model's run for the query, in a store filled with copies of this repository. */
export async function retrievalAtScale(bench: Workbench, rounds: number): Promise<Measured> {
  await bench.fused();
  await bench.stop();
  let measured: Measured = {};
  await chunkGrowth(bench, [CHUNKS], rounds, () => undefined, ({ search }) => (measured = { retrieve_100k_ms: search.p50 }));
  return measured;
}
