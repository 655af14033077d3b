import type { EngineCompletion } from '../../daemon/engine/types.js';
import { EvalError } from './evalError.js';

type ArmRequest = Pick<EngineCompletion, 'context' | 'pastedTokens' | 'lanes'>;

const MODEL = { model: true, copy: false };
const COPY = { model: false, copy: true };
const BOTH = { model: true, copy: true };

/** What is compared, all with the same generator in the same run; in the order they are run and shown. */
export const ARMS = {
  none: { context: 'none', lanes: MODEL },
  'snippet-512': { context: 'snippet', pastedTokens: 512, lanes: MODEL },
  'snippet-2048': { context: 'snippet', pastedTokens: 2048, lanes: MODEL },
  // RepoCoder's shape: retrieve, generate, retrieve again with the draft, generate.
  iterative: { context: 'iterative', pastedTokens: 512, lanes: MODEL },
  hef: { context: 'hef', lanes: MODEL },
  copy: { context: 'none', lanes: COPY },
  product: { context: 'hef', lanes: BOTH },
} as const satisfies Record<string, ArmRequest>;

export type Arm = keyof typeof ARMS;

/** Reads `--context`: arm names with commas, or short for several (`snippet` is both); every arm when absent. */
export function chooseArms(list: string | undefined): Arm[] {
  const all = Object.keys(ARMS) as Arm[];
  if (list === undefined) return all;
  const wanted = list.split(',').map((name) => name.trim()).filter((name) => name !== '');
  for (const name of wanted) {
    if (name !== 'snippet' && !(all as string[]).includes(name)) {
      throw new EvalError(`--context: no arm is called ${name}; there are ${all.join(', ')}`);
    }
  }
  const chosen = all.filter((arm) => wanted.includes(arm) || (wanted.includes('snippet') && arm.startsWith('snippet-')));
  if (chosen.length === 0) throw new EvalError(`--context: names no arm; there are ${all.join(', ')}`);
  return chosen;
}
