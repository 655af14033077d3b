import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { EXIT, Failure } from '../failure.js';

/** `eval` and `bench` are programs of their own (they load models); arguments, output and exit code pass through. */
export async function measure(name: 'eval' | 'bench', given: string[]): Promise<void> {
  const main = path.join(packageRoot(), 'dist', 'test', name, 'main.js');
  if (!existsSync(main)) throw new Failure(EXIT.failed, `hefc ${name} is not part of this installation (${main} is missing); run it from a clone after: npm ci`);
  const child = spawn(process.execPath, [main, ...given], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? EXIT.failed));
  });
}
