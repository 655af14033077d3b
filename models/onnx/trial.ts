/**
 * Child process of providers.ts: runs a small graph on the provider named by its argument, in float16 and in float32.
 * Exits 0 when both results are right, 4 when only that of float32 is.
 */
import { Tensor } from './runtime.js';
import { createGraph } from './graph.js';
import { cast, linear } from './linear.js';
import { openSession } from './session.js';

const provider = process.argv[2] ?? 'cpu';

async function run(arithmetic: 'float16' | 'float32'): Promise<void> {
  const graph = createGraph('trial');
  const x = cast(graph, graph.input('x', 'float32', ['n', 4]), arithmetic);
  cast(graph, linear(graph, x, new Float32Array(16).fill(2), 4, 4, arithmetic), 'float32', 'y');
  graph.output('y', 'float32', ['n', 4]);
  const session = await openSession(graph.bytes(), { provider, threads: 1 });
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [1, 4]) });
  const [first] = y?.data as Float32Array;
  if (first !== 20) throw new Error(`${arithmetic}: 20 was expected, it computed ${first}`);
}

const failure = (error: unknown): string => (error as Error).message.split('\n')[0]!;
try {
  await run('float32');
} catch (error) {
  process.stderr.write(`${failure(error)}\n`);
  process.exit(2);
}
try {
  await run('float16');
} catch {
  process.exit(4);
}
process.exit(0);
