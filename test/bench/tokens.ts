import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { startInference } from '../../models/worker/startInference.js';

/** Tokens of all texts together, as the model in use counts them. */
export async function countTokens(texts: string[]): Promise<number> {
  const inference = await startInference(bundleDirectory(readConfig().model), { threads: 1 });
  try {
    return (await inference.count(texts)).reduce((sum, count) => sum + count, 0);
  } finally {
    await inference.close();
  }
}
