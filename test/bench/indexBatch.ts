import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { readManifest } from '../../models/bundle/read.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import { startInference } from '../../models/start.js';
import { sourceFiles } from './coldIndex.js';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

/** More than a chunk's tokens, whose rest the fuser cuts off. */
const CHARACTERS = 1200;

/** What a completion may have to wait for, through a worker of its own: a full chunk's tokens, its run and its file node. */
export async function indexBatch(bench: Workbench, rounds: number): Promise<Measured> {
  const { model, threads, provider } = readConfig();
  const directory = bundleDirectory(model);
  const { fuser } = readManifest(directory);
  if (fuser === null) throw new Error(`${directory} has no fuser, so nothing is indexed with it; choose another with: hefc model use`);
  const piece = sourcePiece(bench);
  const inference = await startInference(directory, { ...(threads > 0 && { threads }), ...(provider !== '' && { provider }) });
  try {
    const [tokens] = await (await openTokenCounter(directory)).count([piece]);
    if (tokens! < inference.shapes.chunkTokens) throw new Error('the repository has too little source for a full chunk; give another --repo');
    const run = (): Promise<unknown> => inference.fuseBlob([piece], { priority: 'index' });
    await run();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timed(run));
    return { index_batch_ms: median(times) };
  } finally {
    await inference.close();
  }
}

/** '' when no file is long enough. */
function sourcePiece(bench: Workbench): string {
  const texts = sourceFiles(bench).map((path) => readFileSync(join(bench.repo, path), 'utf8'));
  return texts.find((text) => text.length >= CHARACTERS)?.slice(0, CHARACTERS) ?? '';
}
