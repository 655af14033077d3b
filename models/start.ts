import { cpus } from 'node:os';
import { readManifest, shapesOf } from './bundle/read.js';
import { weightCount } from './bundle/manifest.js';
import { chooseProvider } from './onnx/providers.js';
import type { DeviceInfo, FusedVectors, GenerateResult, Inference } from './types.js';
import type { WorkerSettings } from './worker/messages.js';
import { superviseWorker } from './worker/supervisor.js';

export interface InferenceOptions {
  /** Threads within an operator; default: physical cores as far as they are known, four at most. */
  threads?: number;
  /** ONNX Runtime's name of an execution provider; default: the best that works here. */
  provider?: string;
}

/**
 * Loads a bundle into one worker thread. Rejects with one line naming the cause and the fix when the bundle is missing,
 * truncated, tampered with or of an unknown format.
 */
export async function startInference(bundleDirectory: string, { threads = defaultThreads(), provider }: InferenceOptions = {}): Promise<Inference> {
  const manifest = readManifest(bundleDirectory);
  let device: DeviceInfo = { ...(await chooseProvider(weightCount(manifest.generator), provider)), threads };
  const settings: WorkerSettings = { directory: bundleDirectory, device };
  const supervisor = superviseWorker(new URL('./worker/main.js', import.meta.url), settings, (message) => {
    device = message.device;
  });
  await supervisor.ready();
  return {
    modelId: manifest.id,
    shapes: shapesOf(manifest),
    device: () => device,
    fuseBlob: (chunks, options) => supervisor.call({ kind: 'fuseBlob', chunks }, options) as Promise<{ chunks: FusedVectors[]; file: FusedVectors }>,
    fuseDirectory: (children, options) =>
      supervisor.call({ kind: 'fuseDirectory', children: children.map(({ name, vectors }) => ({ name, vectors })) }, options) as Promise<FusedVectors>,
    embedQuery: (text, options) => supervisor.call({ kind: 'embedQuery', text }, options) as Promise<Float32Array>,
    prepare: (request, options) => supervisor.call({ kind: 'prepare', request }, { priority: 'completion', ...options }) as Promise<void>,
    generate: (request, options) => supervisor.call({ kind: 'generate', request }, { priority: 'completion', ...options }) as Promise<GenerateResult>,
    close: () => supervisor.close(),
  };
}

/** Two hardware threads usually share a core, and arithmetic gains nothing from the second; tiny machines use what they have. */
function defaultThreads(): number {
  const logical = Math.max(1, cpus().length);
  return Math.min(4, logical > 2 ? Math.ceil(logical / 2) : logical);
}
