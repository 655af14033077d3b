/** A worker that answers as the inference worker does, except that some texts make its thread fail. */
import { parentPort } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../../models/worker/messages.js';

const send = (message: FromWorker): void => parentPort!.postMessage(message);
parentPort!.on('message', (message: ToWorker) => {
  if (message.type === 'cancel' || message.call.kind !== 'embedQuery') return;
  if (message.call.text === 'fail') throw new Error('out of memory\nwith a second line');
  if (message.call.text === 'exit') process.exit(7);
  if (message.call.text !== 'silence') send({ type: 'done', id: message.id, value: message.call.text });
});
send({ type: 'ready', device: { provider: 'cpu', float16: false, why: 'test', threads: 1 } });
