import { env, InferenceSession } from './runtime.js';

// Failures are thrown; ONNX Runtime need not print them as well.
env.logLevel = 'fatal';

export interface SessionSettings {
  /** ONNX Runtime's name of the execution provider. */
  provider: string;
  /** Threads within an operator. */
  threads: number;
}

/**
 * Opens an ONNX session with explicit threads that sleep when there is nothing to do: the default spins and keeps an
 * idle daemon's cores busy.
 */
export function openSession(model: Uint8Array, { provider, threads }: SessionSettings): Promise<InferenceSession> {
  return InferenceSession.create(model, {
    // No second choice here: with one, a provider that is missing would be passed over in silence.
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
}
