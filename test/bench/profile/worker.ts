/** Stands in for the inference worker's script: the same script, recorded (daemonPreload.ts). */
import { BroadcastChannel, getEnvironmentData, parentPort } from 'node:worker_threads';
import { CHANNEL, SCRIPT } from './channel.js';
import { watchGraphs, watchTokens, type Job } from './nativeCalls.js';
import { createRecorder } from './recorder.js';

const recorder = createRecorder('worker');
watchTokens(recorder.note);

// Jobs of one priority run in the order they came, each to its end: the first that was not answered is under way.
const jobs: Job[] = [];
watchGraphs(recorder.note, () => jobs[0]);
const port = parentPort!;
port.on('message', ({ id, call }: { id: number; call?: { kind: string } }) => {
  if (call?.kind === 'generate' || call?.kind === 'prepare') jobs.push({ id, kind: call.kind });
});
const post = port.postMessage.bind(port);
port.postMessage = (message: { type: string; id: number }, transfer) => {
  const at = message.type === 'done' || message.type === 'failed' ? jobs.findIndex(({ id }) => id === message.id) : -1;
  if (at >= 0) jobs.splice(at, 1);
  post(message, transfer);
};
const channel = new BroadcastChannel(CHANNEL);
channel.onmessage = (message: unknown) => {
  const { data } = message as { data: unknown };
  if (data === 'start') void recorder.start().then(() => channel.postMessage('started'));
  if (data === 'stop') void recorder.stop().then((recording) => channel.postMessage(recording));
};
channel.unref();
await import(String(getEnvironmentData(SCRIPT)));
