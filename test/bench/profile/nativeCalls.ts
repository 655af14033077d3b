/** Takes the time of calls into the native parts of this thread, whoever makes them. */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { InferenceSession } from '../../../models/onnx/runtime.js';
import { PREFILL_ROWS } from '../../../models/session/prefill.js';
import type { NativeCall } from './recorder.js';

type Work = (this: unknown, ...given: unknown[]) => Promise<unknown>;

function around(target: object, name: string, tell: (given: unknown[], ms: number) => void): void {
  const own = Reflect.get(target, name) as Work;
  Object.defineProperty(target, name, {
    configurable: true,
    writable: true,
    async value(this: unknown, ...given: unknown[]) {
      const began = performance.now();
      try {
        return await own.apply(this, given);
      } finally {
        tell(given, performance.now() - began);
      }
    },
  });
}

/** Texts turned into tokens, on this thread's account. */
export function watchTokens(note: (call: NativeCall) => void): void {
  const { Tokenizer } = createRequire(import.meta.url)('tokenizers') as { Tokenizer: { prototype: object } };
  around(Tokenizer.prototype, 'encode', (_given, ms) => note({ what: 'tokens', rows: 1, ms }));
  around(Tokenizer.prototype, 'encodeBatch', ([texts], ms) => note({ what: 'tokens', rows: (texts as unknown[]).length, ms }));
}

/** A call the worker is at: its id, and whether it writes (`generate`) or reads ahead of that (`prepare`). */
export interface Job {
  id: number;
  kind: string;
}

/**
 * Runs of graphs.
 * @param current the job under way; its first runs of the generator read what is left of the prompt, a full piece at a time
 */
export function watchGraphs(note: (call: NativeCall) => void, current: () => Job | undefined): void {
  let job: Job | undefined;
  let reading = true;
  // Its type tells of a factory alone; it is a class.
  around((InferenceSession as unknown as { prototype: object }).prototype, 'run', ([feeds], ms) => {
    const rowsOf = (name: string): number | undefined => (feeds as Partial<Record<string, { dims: readonly number[] }>>)[name]?.dims[0];
    const rows = rowsOf('order');
    if (rows !== undefined) {
      const now = current();
      if (now?.id !== job?.id) reading = true;
      job = now;
      note({ what: now?.kind === 'prepare' ? 'own text ahead' : reading ? 'prompt' : 'step', rows, ms });
      if (rows !== PREFILL_ROWS) reading = false;
      return;
    }
    const chunks = rowsOf('lengths');
    if (chunks !== undefined) note({ what: 'query or chunks', rows: chunks, ms });
    else if (rowsOf('before') !== undefined) note({ what: 'pointer', rows: rowsOf('tokens') ?? 0, ms });
    else note({ what: 'nodes', rows: rowsOf('rows') ?? 0, ms });
  });
}
