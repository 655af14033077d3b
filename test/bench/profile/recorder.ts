/** Records one thread: a CPU profile, and what is asked of the two native parts whose time a profile of JavaScript hides. */
import { Session } from 'node:inspector';
import type { CpuProfile } from './cpuProfile.js';

/** Microseconds between two samples. */
const INTERVAL = 500;

/** One call of a native part: a run of a graph, or texts turned into tokens on a thread of the pool. */
export interface NativeCall {
  what: 'query or chunks' | 'nodes' | 'pointer' | 'own text ahead' | 'prompt' | 'step' | 'tokens';
  /** Rows of the graph (chunks, children, tokens), or texts. */
  rows: number;
  ms: number;
}

export interface Recording {
  thread: 'main' | 'worker';
  profile: CpuProfile;
  calls: NativeCall[];
}

export interface Recorder {
  note(call: NativeCall): void;
  start(): Promise<void>;
  stop(): Promise<Recording>;
}

export function createRecorder(thread: Recording['thread']): Recorder {
  let session: Session | undefined;
  let calls: NativeCall[] = [];
  const post = (method: string, params: object = {}): Promise<object | undefined> =>
    new Promise((resolve, reject) => session!.post(method, params, (error, result) => (error ? reject(error) : resolve(result))));
  return {
    note: (call) => void calls.push(call),
    async start() {
      session = new Session();
      session.connect();
      await post('Profiler.enable');
      await post('Profiler.setSamplingInterval', { interval: INTERVAL });
      calls = [];
      await post('Profiler.start');
    },
    async stop() {
      const { profile } = (await post('Profiler.stop')) as { profile: CpuProfile };
      session!.disconnect();
      return { thread, profile, calls };
    },
  };
}
