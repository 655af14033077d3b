import type { InferenceSession, Tensor } from './runtime.js';
import { openSession, type SessionSettings } from './session.js';

/** Runs a graph; the reply hands out outputs by name as float32. */
export interface Runner {
  run(feeds: Record<string, Tensor>): Promise<(output: string) => Float32Array>;
}

/**
 * Opens a graph on the chosen provider. When an accelerator fails, at opening or at any later run, or gives a result that
 * is no number (float16 overflows at 65,504), the graph is built again for the CPU, `onFallback` is told why, and the run
 * is repeated there.
 */
export async function openRunner(build: (provider: string) => Uint8Array, settings: SessionSettings, onFallback: (why: string) => void): Promise<Runner> {
  let onCpu = settings.provider === 'cpu';

  async function fallBack(error: unknown): Promise<InferenceSession> {
    onCpu = true;
    onFallback(`${settings.provider} failed (${(error as Error).message.split('\n')[0]})`);
    return openSession(build('cpu'), { ...settings, provider: 'cpu' });
  }

  let session: InferenceSession;
  try {
    session = await openSession(build(settings.provider), settings);
  } catch (error) {
    if (onCpu) throw error;
    session = await fallBack(error);
  }
  return {
    async run(feeds) {
      let outputs: InferenceSession.OnnxValueMapType;
      try {
        outputs = await session.run(feeds);
        if (!onCpu) requireNumbers(outputs);
      } catch (error) {
        if (onCpu) throw error;
        session = await fallBack(error);
        outputs = await session.run(feeds);
      }
      return (output) => {
        const data = outputs[output]?.data;
        if (!(data instanceof Float32Array)) throw new Error(`The graph has no float32 output ${output}.`);
        return data;
      };
    },
  };
}

/** Throws when a row of a float output is no number from its first entry on: softmax and norms spread it over the whole row. */
export function requireNumbers(outputs: InferenceSession.OnnxValueMapType): void {
  for (const [name, { data, dims }] of Object.entries(outputs) as [string, Tensor][]) {
    const row = Math.max(1, dims.at(-1) ?? 1);
    for (let at = 0; at < data.length; at += row) if (Number.isNaN(data[at])) throw new Error(`a row of ${name} is no number`);
  }
}
