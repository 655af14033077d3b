/** Child process of providers.ts: runs a small graph on the provider named by its argument; exits 0 when the result is right. */
import { Tensor } from './runtime.js';
import { createGraph } from './graph.js';
import { openSession } from './session.js';

try {
  const graph = createGraph('trial');
  const x = graph.input('x', 'float32', ['n', 4]);
  graph.node('MatMul', [x, graph.constant(new Float32Array(16).fill(2), [4, 4])], {}, 'y');
  graph.output('y', 'float32', ['n', 4]);
  const session = await openSession(graph.bytes(), { provider: process.argv[2] ?? 'cpu', threads: 1 });
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [1, 4]) });
  process.exit((y?.data as Float32Array)[0] === 20 ? 0 : 3);
} catch (error) {
  process.stderr.write(`${(error as Error).message.split('\n')[0]}\n`);
  process.exit(2);
}
