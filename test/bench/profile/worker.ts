/** Stands in for the inference worker's script: the same script, recorded (daemonPreload.ts). */
import { BroadcastChannel, getEnvironmentData, parentPort } from 'node:worker_threads';
import { CHANNEL, SCRIPT } from './channel.js';
import { watchGraphs, watchTokens } from './nativeCalls.js';
import { createRecorder } from './recorder.js';

const recorder = createRecorder('worker');
watchTokens(recorder.note);
const completionAsked = watchGraphs(recorder.note);
parentPort?.on('message', (message: { type: string; call?: { kind: string } }) => {
  if (message.call?.kind === 'generate') completionAsked();
});
const channel = new BroadcastChannel(CHANNEL);
channel.onmessage = (message: unknown) => {
  const { data } = message as { data: unknown };
  if (data === 'start') void recorder.start().then(() => channel.postMessage('started'));
  if (data === 'stop') void recorder.stop().then((recording) => channel.postMessage(recording));
};
channel.unref();
await import(String(getEnvironmentData(SCRIPT)));
