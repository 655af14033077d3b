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

/** Accelerators by preference; each is tried only where its first sign is there. */
const accelerators: { provider: string; absent: () => string | null }[] = [
  { provider: 'cuda', absent: () => (process.platform === 'linux' && deviceFile('/dev', 'nvidia') ? null : 'no NVIDIA device file') },
  { provider: 'coreml', absent: () => (process.platform === 'darwin' ? null : 'macOS only') },
  { provider: 'dml', absent: () => (process.platform === 'win32' ? null : 'Windows only') },
  {
    provider: 'webgpu',
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
 * Chooses ONNX Runtime's execution provider: the first accelerator that is built in, whose device is there, and which
 * runs a small graph in a child process (a provider may crash the process that loads it); else the CPU.
 * `wanted` skips the search but not the trial.
 */
export async function chooseProvider(wanted?: string): Promise<ProviderChoice> {
  if (wanted === 'cpu') return { provider: 'cpu', float16: false, why: 'asked for' };
  const built = new Set(listSupportedBackends().map((each) => each.name));
  const refused: string[] = [];
  for (const { provider, absent } of accelerators) {
    if (wanted !== undefined && wanted !== provider) continue;
    const reason = built.has(provider) ? absent() : 'not in this build of onnxruntime-node';
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
