import { spawn } from 'node:child_process';
import path from 'node:path';
import { stopDaemon } from '../../daemon/ipc/client.js';
import { NoDaemonError } from '../../daemon/ipc/errors.js';
import { daemonEnvironment } from '../../daemon/ipc/spawnDaemon.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { EXIT } from '../failure.js';
import { print, printJson } from '../print.js';
import { withDaemon } from '../session.js';
import { daemonLines } from './status.js';

export async function start(): Promise<void> {
  const { daemon } = await withDaemon((connection) => connection.call('status', {}, { timeout: 10_000 }));
  print(`The daemon runs as process ${daemon.pid}.`);
}

export async function stop(): Promise<void> {
  print((await stopDaemon()) ? 'The daemon has stopped.' : 'No daemon was running.');
}

/** Starts none; exit code 3 says that none runs. */
export async function status(options: { json?: boolean }): Promise<void> {
  try {
    const result = await withDaemon((connection) => connection.call('status', {}, { timeout: 10_000 }), { start: false });
    if (options.json === true) printJson({ running: true, ...result });
    else print(...daemonLines(result));
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    process.exitCode = EXIT.noDaemon;
    if (options.json === true) printJson({ running: false });
    else print('No daemon runs. Any command that needs one starts it; so does: hefc daemon start');
  }
}

/** In the foreground, until it is stopped or a signal ends it; its exit code becomes ours. */
export async function run(): Promise<void> {
  const child = spawn(process.execPath, [path.join(packageRoot(), 'dist', 'daemon', 'main.js')], { stdio: 'inherit', env: daemonEnvironment() });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? EXIT.failed));
  });
}
