/** What V8's sampling profiler hands out (the Chrome DevTools protocol's Profiler.Profile), and how it is added up. */

export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
  /** Microseconds of a clock that all threads share. */
  startTime: number;
  /** Node each sample was taken in, and microseconds between each sample and the one before. */
  samples?: number[];
  timeDeltas?: number[];
}

/** A rule owns the samples that have one of its files anywhere on the stack; the first rule that matches wins. */
export interface Stage {
  stage: string;
  files: RegExp;
}

export interface Added {
  /** Milliseconds by stage, those that had any. */
  stages: Map<string, number>;
  /** Milliseconds by function itself; native ones by the JavaScript function that called them. */
  functions: Map<string, number>;
  /** Milliseconds with anything to do. */
  busy: number;
}

export const NATIVE = 'Node itself (sockets, streams, timers)';
const OUTSIDE = 'outside JavaScript';
// A map, since a function may be called toString or constructor.
const SPECIAL = new Map([['(garbage collector)', 'garbage collection'], ['(program)', OUTSIDE]]);

/**
 * Adds the samples of a profile up.
 * @param nameOf a file's name from its URL, as rules and the list of functions show it
 */
export function addUp(profile: CpuProfile, stages: readonly Stage[], nameOf: (url: string) => string): Added {
  const selfMs = new Map<number, number>();
  const { samples = [], timeDeltas = [] } = profile;
  // A sample stands for the time until the next.
  for (const [at, id] of samples.entries()) selfMs.set(id, (selfMs.get(id) ?? 0) + Math.max(0, timeDeltas[at + 1] ?? 0) / 1000);

  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children } of profile.nodes) for (const child of children ?? []) parents.set(child, id);

  const added: Added = { stages: new Map(), functions: new Map(), busy: 0 };
  const count = (sums: Map<string, number>, name: string, ms: number): void => void sums.set(name, (sums.get(name) ?? 0) + ms);
  for (const [id, ms] of selfMs) {
    const stack: CpuProfile['nodes'] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) stack.push(byId.get(at)!);
    const { functionName } = stack[0]!.callFrame;
    if (functionName === '(idle)' || functionName === '(root)') continue;
    added.busy += ms;
    const special = SPECIAL.get(functionName);
    const files = stack.map(({ callFrame }) => nameOf(callFrame.url));
    count(added.stages, special ?? stages.find(({ files: own }) => files.some((file) => own.test(file)))?.stage ?? (files.some((file) => file !== '' && !file.startsWith('node:')) ? 'other' : NATIVE), ms);
    count(added.functions, special ?? functionOf(stack, nameOf), ms);
  }
  return added;
}

function functionOf(stack: CpuProfile['nodes'], nameOf: (url: string) => string): string {
  const named = ({ callFrame }: CpuProfile['nodes'][number]): string => `${callFrame.functionName || '(anonymous)'} ${nameOf(callFrame.url)}:${callFrame.lineNumber + 1}`;
  const caller = stack.findIndex(({ callFrame }) => callFrame.url !== '');
  const native = stack[0]!.callFrame.functionName || 'code';
  if (caller < 0) return `native ${native}`;
  return caller === 0 ? named(stack[0]!) : `native ${native} in ${named(stack[caller]!)}`;
}

/** Largest first. */
export function largest(sums: ReadonlyMap<string, number>, count = Infinity): [string, number][] {
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, count);
}
