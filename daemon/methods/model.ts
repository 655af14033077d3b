import { readManifest } from '../../models/bundle/read.js';
import { bundleDirectory } from '../bundleInUse.js';
import { readConfig, writeConfig } from '../config.js';
import { CallError } from '../ipc/errors.js';
import type { Handler } from './context.js';

/** Without `use`, names the model in use; with it, checks the bundle, writes the choice down and replaces the worker. */
export const model: Handler<'model'> = async (daemon, { params }) => {
  if (params.use !== undefined) {
    const before = readConfig().model;
    try {
      readManifest(bundleDirectory(params.use));
    } catch (error) {
      throw new CallError('model', (error as Error).message);
    }
    if (process.env.HEFC_MODEL) throw new CallError('model', 'HEFC_MODEL is set for the daemon and decides the model; unset it, run: hefc daemon stop, and choose again');
    await replace(params.use);
    try {
      await daemon.bundle.engine();
    } catch (error) {
      await replace(before);
      throw error;
    }
    void daemon.repositories.reconcile();
  }
  return { current: daemon.bundle.loaded()?.modelId ?? readConfig().model };

  async function replace(name: string): Promise<void> {
    writeConfig({ model: name });
    await daemon.repositories.closeAll(() => daemon.bundle.unload());
  }
};
