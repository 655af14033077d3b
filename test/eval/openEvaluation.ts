import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { EngineRepository } from '../../daemon/engine/types.js';
import { readManifest } from '../../models/bundle/read.js';
import { startInference } from '../../models/worker/startInference.js';
import { locateRepository } from '../../store/git/locate.js';
import { EvalError } from './evalError.js';
import { databaseFolder } from './repositories.js';

export interface Evaluation {
  modelId: string;
  /** Opens a bare repository; its database lies in the user's cache. */
  open(folder: string): Promise<EngineRepository>;
  close(): Promise<void>;
}

/** Loads a bundle (the one in use by default) and the engine around it. Errors name the bundle and what is wrong with it. */
export async function openEvaluation(bundle: string | undefined): Promise<Evaluation> {
  if (bundle !== undefined && !existsSync(join(bundle, 'bundle.json'))) {
    throw new EvalError(`--bundle: ${bundle} holds no bundle.json; name the folder of a model bundle`);
  }
  const config = readConfig();
  const directory = bundle === undefined ? bundleDirectory(config.model) : resolve(bundle);
  const { chooser } = readManifest(directory);
  const inference = await startInference(directory, {
    ...(config.threads > 0 && { threads: config.threads }),
    ...(config.provider !== '' && { provider: config.provider }),
  });
  const engine = await createEngine({
    inference,
    tokens: inference,
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
