/**
 * Loaded into the daemon before its own code (NODE_OPTIONS --import), so that the real daemon is recorded and nothing of
 * it knows. Its worker runs under worker.ts; SIGNAL starts and ends recordings of both threads.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { BroadcastChannel, isMainThread, setEnvironmentData, type Worker, type WorkerOptions } from 'node:worker_threads';
import { CHANNEL, FOLDER, recordedFile, SCRIPT, SIGNAL, startedFile } from './channel.js';

async function record(folder: string): Promise<void> {
  // Loaded here alone: git, hooks and other commands start with the same environment.
  const { createRecorder } = await import('./recorder.js');
  const { watchTokens } = await import('./nativeCalls.js');
  const recorder = createRecorder('main');
  watchTokens(recorder.note);
  const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: typeof Worker };
  const Plain = threads.Worker;
  threads.Worker = class extends Plain {
    constructor(script: string | URL, options?: WorkerOptions) {
      setEnvironmentData(SCRIPT, String(script));
      super(new URL('./worker.js', import.meta.url), options);
    }
  };
  syncBuiltinESMExports();

  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  let number = 0;
  let recording = false;
  const write = (name: string, content: string): void => {
    const draft = join(folder, `${name}.draft`);
    writeFileSync(draft, content);
    renameSync(draft, join(folder, name));
  };
  const ask = <T>(question: string): Promise<T> =>
    new Promise((resolve) => {
      channel.onmessage = (message: unknown) => resolve((message as { data: T }).data);
      channel.postMessage(question);
    });
  const turn = async (): Promise<void> => {
    if (!recording) {
      recording = true;
      await ask('start');
      await recorder.start();
      write(startedFile(number), '');
      return;
    }
    recording = false;
    const main = await recorder.stop();
    write(recordedFile(number++), JSON.stringify([main, await ask('stop')]));
  };
  process.on(SIGNAL, () => void turn());
}

const folder = process.env[FOLDER];
if (isMainThread && folder !== undefined && /[\\/]daemon[\\/]main\.js$/.test(process.argv[1] ?? '')) await record(folder);
