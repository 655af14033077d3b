import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Tensor } from '../../models/onnx/runtime.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createGraph } from '../../models/onnx/graph.js';
import { chooseProvider } from '../../models/onnx/providers.js';
import { openRunner, requireNumbers } from '../../models/onnx/runner.js';

const providers = suite('providers');

function trial(provider: string): Promise<{ code: number; stderr: string }> {
  const script = fileURLToPath(new URL('../../models/onnx/trial.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [script, provider], (error, _stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }));
  });
}

providers('the trial succeeds on the CPU and fails in one line on a provider that is not there', async () => {
  assert.equal(await trial('cpu'), { code: 0, stderr: '' });
  const failed = await trial('nosuch');
  assert.is(failed.code, 2);
  assert.match(failed.stderr, /^[^\n]+\n$/);
});

providers('a provider asked for in vain ends at the CPU with the reason', async () => {
  const choice = await chooseProvider(1e9, 'nosuch');
  assert.is(choice.provider, 'cpu');
  assert.match(choice.why, /nosuch: unknown provider, choose cpu, cuda/);
  assert.equal(await chooseProvider(1e9, 'cpu'), { provider: 'cpu', float16: false, why: 'asked for' });
});

providers('the search names a provider and says why', async () => {
  const { provider, why } = await chooseProvider(1e9);
  assert.ok(['cpu', 'cuda', 'coreml', 'dml', 'webgpu'].includes(provider));
  assert.match(why, provider === 'cpu' ? /no usable accelerator \(.*cuda: .*webgpu: / : /ran a trial graph/);
});

providers('a small generator is left to the CPU where WebGPU could run it', async () => {
  const { provider, why } = await chooseProvider(40e6);
  assert.is.not(provider, 'webgpu');
  if (provider === 'cpu') assert.match(why, /webgpu: (slower than the CPU .* set provider to webgpu|no GPU device file|not in this build)/);
});

providers('a graph whose accelerator fails is built again for the CPU and says so once', async () => {
  const builtFor: string[] = [];
  const reasons: string[] = [];
  const build = (provider: string): Uint8Array => {
    builtFor.push(provider);
    const graph = createGraph('double');
    const x = graph.input('x', 'float32', ['n']);
    graph.node('Add', [x, x], {}, 'y');
    graph.output('y', 'float32', ['n']);
    return graph.bytes();
  };
  const runner = await openRunner(build, { provider: 'nosuch', threads: 1 }, (why) => reasons.push(why));
  const out = await runner.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) });
  assert.equal([...out('y')], [2, 4]);
  assert.equal(builtFor, ['nosuch', 'cpu']);
  assert.is(reasons.length, 1);
  assert.match(reasons[0]!, /^nosuch failed \(/);
});

providers('an accelerator that gives no number in any row has failed', () => {
  const outputs = (...data: number[]) => ({ y: new Tensor('float32', Float32Array.from(data), [2, 2]) });
  requireNumbers(outputs(1, -Infinity, 0, 3));
  assert.throws(() => requireNumbers(outputs(1, 2, NaN, NaN)), /^a row of y is no number$/);
});

providers.run();
