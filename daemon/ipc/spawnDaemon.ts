import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { NoDaemonError } from './errors.js';
import { packageRoot } from './packageRoot.js';
import { logPath } from './paths.js';

/** Starts a daemon process, detached, its output in the log; returns at once. */
export function spawnDaemon(): void {
  const main = join(packageRoot(), 'dist', 'daemon', 'main.js');
  if (!existsSync(main)) throw new NoDaemonError(`the daemon is not built (${main} is missing); run: npm run build`);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const log = openSync(logPath(), 'a', 0o600);
  try {
    const child = spawn(process.execPath, [main], { detached: true, stdio: ['ignore', log, log], env, cwd: '/', windowsHide: true });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}
