/** What of the user's configuration the inference check needs, so that it starts the model as the daemon does. */
import { readFileSync } from 'node:fs';
import { configPath } from '../../daemon/ipc/paths.js';

export interface InferenceSettings {
  threads?: number;
  provider?: string;
}

/** Fields that are absent, 0 or '' leave the choice to the model room. Throws one line when the file is broken. */
export function inferenceSettings(): InferenceSettings {
  let text: string;
  try {
    text = readFileSync(configPath(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`${configPath()} cannot be read: ${(error as Error).message}`);
  }
  let found: Partial<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  } catch {
    throw new Error(`${configPath()} is not JSON; correct or delete it`);
  }
  const { threads = 0, provider = '' } = found ?? {};
  if (typeof threads !== 'number') throw new Error(`${configPath()}: threads must be a number`);
  if (typeof provider !== 'string') throw new Error(`${configPath()}: provider must be a string`);
  return { ...(threads > 0 && { threads }), ...(provider !== '' && { provider }) };
}
