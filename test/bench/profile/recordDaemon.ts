import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../timing.js';
import type { Workbench } from '../workbench.js';
import { FOLDER, recordedFile, SIGNAL, startedFile } from './channel.js';
import type { Recording } from './recorder.js';

export interface DaemonRecorder {
  /** Records both threads of the daemon while something is done; its wall time is in milliseconds. */
  during(work: () => Promise<void>): Promise<{ wall: number; threads: Recording[] }>;
}

/** Makes the workbench's daemon one that can be recorded; call it before the daemon is first used. */
export function recordDaemon(bench: Workbench): DaemonRecorder {
  if (process.platform === 'win32') throw new Error('profile needs signals, which Windows has not');
  const folder = join(bench.scratch, 'profiles');
  mkdirSync(folder);
  process.env[FOLDER] = folder;
  process.env['NODE_OPTIONS'] = [process.env['NODE_OPTIONS'], `--import=${new URL('./daemonPreload.js', import.meta.url).href}`].filter(Boolean).join(' ');
  let number = 0;
  return {
    async during(work) {
      const { pid } = (await bench.status()).daemon;
      const file = (name: string): string => join(folder, name);
      process.kill(pid, SIGNAL);
      await until('the daemon was recorded', async () => existsSync(file(startedFile(number))));
      const began = performance.now();
      await work();
      const wall = performance.now() - began;
      process.kill(pid, SIGNAL);
      await until('the recording was written', async () => existsSync(file(recordedFile(number))));
      return { wall, threads: JSON.parse(readFileSync(file(recordedFile(number++)), 'utf8')) as Recording[] };
    },
  };
}
