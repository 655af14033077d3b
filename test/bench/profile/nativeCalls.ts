/** Takes the time of calls into the native parts of this thread, whoever makes them. */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { InferenceSession } from '../../../models/onnx/runtime.js';
import type { NativeCall } from './recorder.js';

/** As in models/session/generate.ts: a prompt runs in pieces of so many rows, the last, smaller one with the candidates. */
const PREFILL_ROWS = 256;

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

/** Runs of graphs. The reply is to be called when a completion is asked for: its first runs read the prompt. */
export function watchGraphs(note: (call: NativeCall) => void): () => void {
  let reading = false;
  // Its type tells of a factory alone; it is a class.
  around((InferenceSession as unknown as { prototype: object }).prototype, 'run', ([feeds], ms) => {
    const rowsOf = (name: string): number | undefined => (feeds as Partial<Record<string, { dims: readonly number[] }>>)[name]?.dims[0];
    const rows = rowsOf('order');
    if (rows !== undefined) {
      note({ what: reading ? 'prompt' : 'step', rows, ms });
      if (rows !== PREFILL_ROWS) reading = false;
      return;
    }
    const chunks = rowsOf('lengths');
    if (chunks !== undefined) note({ what: 'query or chunks', rows: chunks, ms });
    else if (rowsOf('before') !== undefined) note({ what: 'pointer', rows: rowsOf('tokens') ?? 0, ms });
    else note({ what: 'nodes', rows: rowsOf('rows') ?? 0, ms });
  });
  return () => void (reading = true);
}
