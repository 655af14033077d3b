/** The inference worker: owns every ONNX session of a bundle and answers calls by priority. */
import { parentPort, workerData } from 'node:worker_threads';
import { generate } from '../session/generate.js';
import { prepare } from '../session/prepare.js';
import type { DeviceInfo } from '../types.js';
import { loadModel, type LoadedModel } from './load.js';
import type { Call, FromWorker, ToWorker, WorkerSettings } from './messages.js';
import { createQueue } from './queue.js';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread of startInference.');
const send = (message: FromWorker): void => port.postMessage(message);
const { directory, device: chosen } = workerData as WorkerSettings;
let device: DeviceInfo = chosen;

function onFallback(why: string): void {
  device = { ...device, provider: 'cpu', float16: false, why };
  send({ type: 'device', device });
}

function stepsOf(model: LoadedModel, call: Call, id: number, sent: number, cancelled: () => boolean): AsyncGenerator<void, unknown> {
  if (call.kind === 'generate') {
    return generate(call.request, model.generate, { cancelled, queued: Math.max(0, Date.now() - sent), onText: (text) => send({ type: 'text', id, text }) });
  }
  if (call.kind === 'prepare') return prepare(call.request, model.generate);
  const { fuser } = model;
  if (fuser === null) throw new Error(`The model ${model.generate.manifest.id} has no fuser, so it makes no vectors: use --context snippet or none, or choose a model with a fuser.`);
  if (call.kind === 'fuseBlob') return fuser.fuseBlob(call.chunks);
  if (call.kind === 'fuseDirectory') return fuser.fuseDirectory(call.children);
  return fuser.embedQuery(call.text);
}

/** Defers making the steps until the job's turn, so that the time in the queue is known. */
async function* whenDue(make: () => AsyncGenerator<void, unknown>): AsyncGenerator<void, unknown> {
  return yield* make();
}

try {
  const model = await loadModel(directory, device, onFallback);
  const queue = createQueue();
  const live = new Map<number, { cancelled: boolean }>();
  port.on('message', (message: ToWorker) => {
    if (message.type === 'cancel') {
      const found = live.get(message.id);
      if (found !== undefined) found.cancelled = true;
      return;
    }
    const { id, priority, sent, call } = message;
    const state = { cancelled: message.cancelled };
    live.set(id, state);
    const cancelled = (): boolean => state.cancelled;
    queue.add({
      priority,
      steps: whenDue(() => stepsOf(model, call, id, sent, cancelled)),
      ...(call.kind === 'generate' ? {} : { dropped: cancelled }),
      done(value) {
        live.delete(id);
        send({ type: 'done', id, value });
      },
      failed(error) {
        live.delete(id);
        send({ type: 'failed', id, name: error.name, message: error.message.split('\n')[0] ?? 'unknown' });
      },
    });
  });
  send({ type: 'ready', device });
} catch (error) {
  send({ type: 'unusable', message: (error as Error).message });
  port.close();
}
