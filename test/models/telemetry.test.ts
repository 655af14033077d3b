/** ONNX Runtime's own telemetry client, where it starts, leaves a session file and a log in the temporary folder. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NATIVE_PARTS } from '../../client/doctor/native.js';
import { createGraph } from '../../models/onnx/graph.js';
import { writeRandomBundle } from './randomBundle.js';
import { scratchFolder } from './scratch.js';

const telemetry = suite('telemetry');

/**
 * What a program leaves in a temporary folder of its own. Its environment is a bare one: the library starts no client
 * where the variable, or one of a continuous integration service (`CI`, `GITHUB_ACTIONS` …), is set.
 */
function leftBy(code: string): string[] {
  const { path, remove } = scratchFolder();
  const { status, stderr } = spawnSync(process.execPath, ['-e', `(async () => { ${code} })().catch((error) => { console.error(error); process.exit(1); })`], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: path, TMPDIR: path } });
  const left = readdirSync(path);
  remove();
  assert.is(status, 0, stderr);
  return left;
}

telemetry('a telemetry client would be seen', () => {
  const graph = createGraph('double');
  const x = graph.input('x', 'float32', [2]);
  graph.node('Add', [x, x], {}, 'y');
  graph.output('y', 'float32', [2]);
  const model = Buffer.from(graph.bytes()).toString('base64');
  const left = leftBy(`const { InferenceSession } = await import('onnxruntime-node'); await InferenceSession.create(Buffer.from('${model}', 'base64'));`);
  if (process.platform === 'linux') assert.ok(left.length > 0, 'this build of ONNX Runtime starts none: the tests below prove nothing, and the variable may be dropped');
});

telemetry('the worker starts no telemetry client', () => {
  const bundle = writeRandomBundle();
  const start = new URL('../../models/start.js', import.meta.url).href;
  const left = leftBy(`const { startInference } = await import('${start}'); const inference = await startInference(${JSON.stringify(bundle.directory)}, { threads: 1 }); await inference.embedQuery('a', { priority: 'completion' }); await inference.close();`);
  bundle.remove();
  assert.equal(left, []);
});

telemetry('nor does the check of the doctor', () => {
  assert.equal(leftBy(NATIVE_PARTS.find(({ name }) => name === 'onnxruntime-node')!.code), []);
});

telemetry.run();
