/** The model in use and the engine around it: loaded once, replaced as a whole when another is chosen. */
import { isAbsolute, join } from 'node:path';
import { findBundle } from '../models/bundle/list.js';
import { readManifest } from '../models/bundle/read.js';
import { startInference } from '../models/start.js';
import { openTokenCounter } from '../models/tokenizer.js';
import type { Inference } from '../models/types.js';
import { readConfig, type Config } from './config.js';
import { createEngine } from './engine/createEngine.js';
import type { Engine } from './engine/types.js';
import { CallError } from './ipc/errors.js';
import { packageRoot } from './ipc/packageRoot.js';
import { userModelsFolder } from './ipc/paths.js';
import { errorFacts, log } from './log.js';

/** Folder of a bundle by its name, or the absolute path of one. Errors name what there is. */
export function bundleDirectory(name: string): string {
  if (isAbsolute(name)) return name;
  return findBundle(name, { shipped: join(packageRoot(), 'models'), user: userModelsFolder() }).directory;
}

async function load(config: Config): Promise<{ engine: Engine; inference: Inference }> {
  try {
    const directory = bundleDirectory(config.model);
    const manifest = readManifest(directory);
    const inference = await startInference(directory, { ...(config.threads > 0 && { threads: config.threads }), ...(config.provider !== '' && { provider: config.provider }) });
    try {
      const engine = await createEngine({ inference, tokens: await openTokenCounter(directory), ...(manifest.chooser && { chooser: manifest.chooser }) });
      log('model loaded', { model: inference.modelId, device: inference.device().provider });
      return { engine, inference };
    } catch (error) {
      await inference.close();
      throw error;
    }
  } catch (error) {
    log('model not loaded', errorFacts(error));
    throw new CallError('model', error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

export interface BundleInUse {
  /** The engine, once its model is loaded; CallError `model` when it cannot be (asked again, it tries again). */
  engine(): Promise<Engine>;
  /** What is loaded now, without waiting. */
  loaded(): Inference | undefined;
  /** Gives the model up; the next call loads what the configuration then names. */
  unload(): Promise<void>;
}

export function createBundleInUse(): BundleInUse {
  let loading: Promise<{ engine: Engine; inference: Inference }> | undefined;
  let inference: Inference | undefined;
  return {
    async engine() {
      if (!loading) {
        const mine = (loading = load(readConfig()));
        mine.then(
          (made) => {
            if (loading === mine) inference = made.inference;
          },
          () => {
            if (loading === mine) loading = undefined;
          },
        );
      }
      return (await loading).engine;
    },
    loaded: () => inference,
    async unload() {
      const mine = loading;
      loading = undefined;
      inference = undefined;
      const made = await mine?.catch(() => undefined);
      await made?.engine.close();
      await made?.inference.close();
    },
  };
}
