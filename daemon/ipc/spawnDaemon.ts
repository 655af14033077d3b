import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { NoDaemonError } from './errors.js';
import { packageRoot } from './packageRoot.js';
import { logPath } from './paths.js';

/**
 * The environment of a daemon. Nothing of Git's, which is of the hook's repository; and glibc gives blocks above 1 MiB back to
 * the system when they are freed, where left to itself it would keep up to 32 MiB each: what loading a model needs for a
 * moment would stay, some 100 MB of it.
 */
export function daemonEnvironment(): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  return { MALLOC_MMAP_THRESHOLD_: String(1 << 20), ...own };
}

/** Starts a daemon process, detached, its output in the log; returns at once. */
export function spawnDaemon(): void {
  const main = join(packageRoot(), 'dist', 'daemon', 'main.js');
  if (!existsSync(main)) throw new NoDaemonError(`the daemon is not built (${main} is missing); run: npm run build`);
  const log = openSync(logPath(), 'a', 0o600);
  try {
    const child = spawn(process.execPath, [main], { detached: true, stdio: ['ignore', log, log], env: daemonEnvironment(), cwd: '/', windowsHide: true });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}
