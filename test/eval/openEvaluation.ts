import { resolve } from 'node:path';
import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { EngineRepository } from '../../daemon/engine/types.js';
import { readManifest } from '../../models/bundle/read.js';
import { startInference } from '../../models/start.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import type { Inference } from '../../models/types.js';
import { locateRepository } from '../../store/git/locate.js';
import { EvalError } from './evalError.js';
import { databaseFolder } from './repositories.js';

export interface Evaluation {
  inference: Inference;
  /** Opens a repository, bare or with a work tree; its database lies elsewhere. */
  open(folder: string): Promise<EngineRepository>;
  close(): Promise<void>;
}

/** The folder of the bundle named, or of the one in use. Throws EvalError when there is none of that name. */
export function bundleFolder(bundle: string | undefined): string {
  try {
    return bundle === undefined ? bundleDirectory(readConfig().model) : resolve(bundle);
  } catch (error) {
    throw new EvalError(`the model was not found: ${(error as Error).message.split('\n', 1)[0]}`);
  }
}

/**
 * Loads a bundle and the engine around it. Throws EvalError naming the bundle and what is wrong with it.
 * @param databases folder the databases are kept in; the user's cache without
 */
export async function openEvaluation(bundle: string, databases?: string): Promise<Evaluation> {
  try {
    return await load(bundle, databases);
  } catch (error) {
    throw new EvalError(`the model could not be loaded: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`);
  }
}

async function load(directory: string, databases?: string): Promise<Evaluation> {
  const { chooser } = readManifest(directory);
  const { threads, provider } = readConfig();
  const tokens = await openTokenCounter(directory);
  const inference = await startInference(directory, { ...(threads > 0 && { threads }), ...(provider !== '' && { provider }) });
  const engine = await createEngine({
    inference,
    tokens,
    ...(chooser && { chooser }),
    databaseDirectory: (place) => databaseFolder(place.gitDir, inference.modelId, databases),
  });
  return {
    inference,
    open: async (folder) => engine.openRepository(await locateRepository(folder)),
    async close() {
      await engine.close();
      await inference.close();
    },
  };
}
