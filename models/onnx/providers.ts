import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listSupportedBackends } from './runtime.js';

export interface ProviderChoice {
  provider: string;
  /** Whether generators run in float16 there; never on the CPU, which only emulates it. */
  float16: boolean;
  /** Why this one, in words. */
  why: string;
}

/**
 * Accelerators by preference; each is tried only where its first sign is there. `worthFrom`: weights of the smallest
 * generator that is faster there than on the processor. A run of the graph costs WebGPU a launch for every node and a copy
 * of the key/value cache: on an H200 completions took 4.0 and 2.2 times as long as beside it on 16 cores with 3 and 39 M
 * weights (docs/performance.md). What lies above is extrapolated; the others have not been measured.
 */
const accelerators: { provider: string; absent: () => string | null; worthFrom?: number }[] = [
  { provider: 'cuda', absent: () => (process.platform === 'linux' && deviceFile('/dev', 'nvidia') ? null : 'no NVIDIA device file') },
  { provider: 'coreml', absent: () => (process.platform === 'darwin' ? null : 'macOS only') },
  { provider: 'dml', absent: () => (process.platform === 'win32' ? null : 'Windows only') },
  {
    provider: 'webgpu',
    worthFrom: 200e6,
    absent: () => (process.platform !== 'linux' || deviceFile('/dev/dri', 'renderD') || deviceFile('/dev', 'nvidia') ? null : 'no GPU device file'),
  },
];

function deviceFile(folder: string, prefix: string): boolean {
  try {
    return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(prefix));
  } catch {
    return false;
  }
}

/**
 * Chooses ONNX Runtime's execution provider for a generator of so many weights: the first accelerator that is built in,
 * whose device is there, which is worth it, and which runs a small graph in a child process (a provider may crash the
 * process that loads it); else the CPU. `wanted` skips the search but not the trial.
 */
export async function chooseProvider(weights: number, wanted?: string): Promise<ProviderChoice> {
  if (wanted === 'cpu') return { provider: 'cpu', float16: false, why: 'asked for' };
  const built = new Set(listSupportedBackends().map((each) => each.name));
  const refused: string[] = [];
  for (const { provider, absent, worthFrom = 0 } of accelerators) {
    if (wanted !== undefined && wanted !== provider) continue;
    const slow = wanted === undefined && weights < worthFrom ? `slower than the CPU for a model this small; set provider to ${provider} to use it all the same` : null;
    const reason = built.has(provider) ? (absent() ?? slow) : 'not in this build of onnxruntime-node';
    const tried = reason ?? (await trial(provider));
    if (typeof tried !== 'string') return { provider, ...tried, why: `${wanted === undefined ? 'found' : 'asked for'}, and it ran a trial graph` };
    refused.push(`${provider}: ${tried}`);
  }
  if (wanted !== undefined && refused.length === 0) refused.push(`${wanted}: unknown provider, choose cpu, cuda, coreml, dml or webgpu`);
  return { provider: 'cpu', float16: false, why: `no usable accelerator (${refused.join('; ')})` };
}

/** Exit code of a trial that is right in float32 only. */
const FLOAT32_ONLY = 4;

/** Runs the trial in a child; returns what the provider can do, or in one line why it failed. */
function trial(provider: string): Promise<{ float16: boolean } | string> {
  const script = fileURLToPath(new URL('./trial.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [script, provider], { timeout: 20_000, windowsHide: true }, (error, _stdout, stderr) => {
      if (error === null || error.code === FLOAT32_ONLY) return resolve({ float16: error === null });
      const cause = error.signal ? `the trial was ended by ${error.signal}` : lastLine(stderr) || `the trial exited with ${error.code}`;
      resolve(cause.slice(0, 200));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
