/** Starts the model in use in a child process of its own, has it write a few tokens, and names its device and why. */
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundles } from '../bundles.js';
import { runCode } from '../inChild.js';
import { withDaemon } from '../session.js';
import { finding, type Finding } from './check.js';
import { inferenceSettings } from './settings.js';

const TIMEOUT_MS = 120_000;

export function inferenceFinding(): Promise<Finding> {
  return finding('inference', 'choose another model (hefc model list, hefc model use NAME), or set "provider": "cpu" in the configuration', async () => {
    const start = pathToFileURL(path.join(packageRoot(), 'dist', 'models', 'start.js')).href;
    const code = `
      const { startInference } = await import(${JSON.stringify(start)});
      const inference = await startInference(${JSON.stringify(await bundleInUse())}, ${JSON.stringify(inferenceSettings())});
      const { text } = await inference.generate({ prefix: 'def add(a, b):\\n    return ', suffix: null, maxTokens: 4, stop: 'line' }, {});
      if (typeof text !== 'string') throw new Error('the model wrote nothing');
      const { provider, float16, threads, why } = inference.device();
      console.log(inference.modelId + ' on ' + provider + (float16 ? ' in float16, ' : ', ') + threads + ' threads: ' + why);
      await inference.close();`;
    return (await runCode(code, { timeout: TIMEOUT_MS })).trim().split('\n').at(-1) ?? '';
  });
}

/** Folder of the bundle the daemon uses, or would use. */
async function bundleInUse(): Promise<string> {
  const wanted = process.env['HEFC_MODEL'] ?? '';
  if (path.isAbsolute(wanted)) return wanted;
  const all = await bundles();
  const current = await withDaemon((connection) => connection.call('model', {}, { timeout: 30_000 })).then((answer) => answer.current, () => wanted);
  const found = all.find(({ id }) => id === current) ?? all.find(({ id }) => id.startsWith(`${current}-`)) ?? all[0];
  if (found === undefined) throw new Error('no model bundle is installed');
  return found.directory;
}
