import { bundleDirectory } from '../../daemon/bundleInUse.js';
import { readConfig } from '../../daemon/config.js';
import { openTokenCounter } from '../../models/tokenizer.js';

/** Tokens of all texts together, as the model in use counts them. */
export async function countTokens(texts: string[]): Promise<number> {
  const counter = await openTokenCounter(bundleDirectory(readConfig().model));
  return (await counter.count(texts)).reduce((sum, count) => sum + count, 0);
}
