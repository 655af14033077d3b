import { QUIET_BELOW } from '../../client/place.js';
import type { EngineCompletion } from '../../daemon/engine/types.js';
import { EvalError } from './evalError.js';
import type { Study } from './studyMemory.js';

export interface ArmRequest extends Pick<EngineCompletion, 'context' | 'pastedTokens' | 'lanes' | 'minConfidence'> {
  /** Memory other than the product's. */
  study?: Study;
}

const MODEL = { model: true, copy: false };
const COPY = { model: false, copy: true };
const BOTH = { model: true, copy: true };

/** A study's arm: the generator alone, with this memory. */
const studied = (study: Study) => ({ context: 'hef', lanes: MODEL, study }) as const;

/** What is compared, all with the same generator in the same run; in the order they are run and shown. */
export const ARMS = {
  none: { context: 'none', lanes: MODEL },
  'snippet-512': { context: 'snippet', pastedTokens: 512, lanes: MODEL },
  'snippet-2048': { context: 'snippet', pastedTokens: 2048, lanes: MODEL },
  // RepoCoder's shape: retrieve, generate, retrieve again with the draft, generate.
  iterative: { context: 'iterative', pastedTokens: 512, lanes: MODEL },
  // As the paper runs it: ten windows of twenty lines pasted in each of the two rounds.
  'iterative-2048': { context: 'iterative', pastedTokens: 2048, lanes: MODEL },
  hef: { context: 'hef', lanes: MODEL },
  copy: { context: 'none', lanes: COPY },
  product: { context: 'hef', lanes: BOTH },
  // What editors ask for by default: nothing where that is less likely to be meant.
  shown: { context: 'hef', lanes: BOTH, minConfidence: QUIET_BELOW },
  // Memory of so many vectors at most; 0 is the prompt of `none`.
  'hef-0': studied({ kind: 'budget', vectors: 0 }),
  'hef-8': studied({ kind: 'budget', vectors: 8 }),
  'hef-16': studied({ kind: 'budget', vectors: 16 }),
  'hef-32': studied({ kind: 'budget', vectors: 32 }),
  'hef-64': studied({ kind: 'budget', vectors: 64 }),
  'hef-128': studied({ kind: 'budget', vectors: 128 }),
  // Memory that should not help: as many vectors as the task's own memory has.
  'hef-foreign': studied({ kind: 'foreign' }),
  'hef-shuffled': studied({ kind: 'shuffled' }),
  // One level of the hierarchy alone.
  'hef-files': studied({ kind: 'level', level: 'files' }),
  'hef-leaves': studied({ kind: 'level', level: 'leaves' }),
  'hef-mean': studied({ kind: 'level', level: 'mean' }),
} as const satisfies Record<string, ArmRequest>;

export type Arm = keyof typeof ARMS;

const ALL = Object.keys(ARMS) as Arm[];
/** The contract's arms: what runs when none is named. */
const CONTRACT: readonly Arm[] = ['none', 'snippet-512', 'snippet-2048', 'iterative', 'hef', 'copy', 'product'];
const isStudy = (arm: Arm): boolean => 'study' in ARMS[arm];

/** Short names for several arms. */
export const GROUPS: Record<string, readonly Arm[]> = {
  snippet: ['snippet-512', 'snippet-2048'],
  budget: ['none', ...ALL.filter((arm) => /^hef-\d/.test(arm))],
  harm: ['none', 'hef', 'hef-foreign', 'hef-shuffled'],
  levels: ['none', 'hef', 'hef-files', 'hef-leaves', 'hef-mean'],
  compare: [...CONTRACT, 'iterative-2048'],
  study: ['none', 'snippet-512', 'snippet-2048', 'hef', ...ALL.filter(isStudy)],
};

export function requestOf(arm: Arm): ArmRequest {
  return ARMS[arm];
}

/** Reads `--context`: names of arms or of groups, with commas; the contract's arms when absent. */
export function chooseArms(list: string | undefined): Arm[] {
  if (list === undefined) return [...CONTRACT];
  const wanted = list.split(',').map((name) => name.trim()).filter((name) => name !== '');
  const known = `${ALL.join(', ')}, and the groups ${Object.keys(GROUPS).join(', ')}`;
  for (const name of wanted) {
    if (!Object.hasOwn(GROUPS, name) && !Object.hasOwn(ARMS, name)) throw new EvalError(`--context: no arm is called ${name}; there are ${known}`);
  }
  const chosen = ALL.filter((arm) => wanted.some((name) => name === arm || GROUPS[name]?.includes(arm)));
  if (chosen.length === 0) throw new EvalError(`--context: names no arm; there are ${known}`);
  return chosen;
}
