import { resolve } from 'node:path';
import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { EngineRepository } from '../../daemon/engine/types.js';
import { readManifest } from '../../models/bundle/read.js';
import { startInference } from '../../models/start.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import { locateRepository } from '../../store/git/locate.js';
import { EvalError } from './evalError.js';
import { databaseFolder } from './repositories.js';

export interface Evaluation {
  modelId: string;
  /** Opens a bare repository; its database lies in the user's cache. */
  open(folder: string): Promise<EngineRepository>;
  close(): Promise<void>;
}

/** Loads a bundle (the one in use by default) and the engine around it. Throws EvalError naming the bundle and what is wrong with it. */
export async function openEvaluation(bundle: string | undefined): Promise<Evaluation> {
  try {
    return await load(bundle === undefined ? bundleDirectory(readConfig().model) : resolve(bundle));
  } catch (error) {
    throw new EvalError(`the model could not be loaded: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`);
  }
}

async function load(directory: string): Promise<Evaluation> {
  const { chooser } = readManifest(directory);
  const { threads, provider } = readConfig();
  const tokens = await openTokenCounter(directory);
  const inference = await startInference(directory, { ...(threads > 0 && { threads }), ...(provider !== '' && { provider }) });
  const engine = await createEngine({
    inference,
    tokens,
    ...(chooser && { chooser }),
    databaseDirectory: (place) => databaseFolder(place.gitDir, inference.modelId),
  });
  return {
    modelId: inference.modelId,
    open: async (folder) => engine.openRepository(await locateRepository(folder)),
    async close() {
      await engine.close();
      await inference.close();
    },
  };
}
