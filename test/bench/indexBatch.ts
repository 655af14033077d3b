import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { readManifest } from '../../models/bundle/read.js';
import { chunksPerRun } from '../../models/fusing/fuser.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import { startInference } from '../../models/start.js';
import { sourceFiles } from './coldIndex.js';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

/** Characters of a piece: more than a chunk's tokens, whose rest the fuser cuts off, so that each piece is a full chunk. */
const CHARACTERS = 1200;

/** One fuser batch through a worker of its own, which a completion may have to wait for: tokens, as many full chunks as the bundle runs together, their file node. */
export async function indexBatch(bench: Workbench, rounds: number): Promise<Measured> {
  const { model, threads, provider } = readConfig();
  const directory = bundleDirectory(model);
  const { fuser } = readManifest(directory);
  if (fuser === null) throw new Error(`${directory} has no fuser, so nothing is indexed with it; choose another with: hefc model use`);
  const chunks = chunksPerRun(fuser);
  const pieces = sourcePieces(bench, chunks);
  const inference = await startInference(directory, { ...(threads > 0 && { threads }), ...(provider !== '' && { provider }) });
  try {
    const counts = await (await openTokenCounter(directory)).count(pieces);
    if (pieces.length < chunks || counts.some((tokens) => tokens < inference.shapes.chunkTokens)) throw new Error('the repository has too little source for a full batch; give another --repo');
    const run = (): Promise<unknown> => inference.fuseBlob(pieces, { priority: 'index' });
    await run();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timed(run));
    return { index_batch_ms: median(times) };
  } finally {
    await inference.close();
  }
}

function sourcePieces(bench: Workbench, count: number): string[] {
  const pieces: string[] = [];
  for (const path of sourceFiles(bench)) {
    const text = readFileSync(join(bench.repo, path), 'utf8');
    if (text.length >= CHARACTERS && pieces.push(text.slice(0, CHARACTERS)) === count) break;
  }
  return pieces;
}
