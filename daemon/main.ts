/**
 * The daemon process. Takes the lock, pokes the old socket, binds, reconciles, serves, and leaves when idle, when its
 * socket is no longer its own, when it has grown too large, or when asked.
 */
import { existsSync, lstatSync, unlinkSync, watch } from 'node:fs';
import { createBundleInUse } from './bundleInUse.js';
import { readConfig, type Config } from './config.js';
import { lockHolder, takeLock } from './ipc/lock.js';
import { buildId } from './ipc/packageRoot.js';
import { lockPath, runtimeFolder, socketPath } from './ipc/paths.js';
import { connectTo, serve } from './ipc/transport.js';
import { errorFacts, log } from './log.js';
import type { Daemon } from './methods/context.js';
import { createOpenBuffers } from './openBuffers.js';
import { createRepositories } from './repositories.js';
import { createServer } from './server.js';

/** How often the socket, the lock and the memory are looked at. */
const CHECK_MS = 30_000;
/** A stop that does not end in good order ends anyway. */
const STOP_MS = 5000;

function scrubEnvironment(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
  process.env.GIT_OPTIONAL_LOCKS = '0';
  process.umask(0o077);
}

function settings(): Config | undefined {
  try {
    return readConfig();
  } catch (error) {
    log('configuration refused', errorFacts(error));
    return undefined;
  }
}

/** A living listener at the path means another daemon, whatever the lock says. */
async function removeDeadSocket(path: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  try {
    (await connectTo(path, 1000)).close();
    return false;
  } catch {
    unlinkSync(path);
    return true;
  }
}

function leaveToOther(): void {
  const pid = lockHolder(lockPath());
  process.stderr.write(`hefc: a daemon runs already${pid === undefined ? '' : ` (process ${pid})`}; stop it with: hefc daemon stop\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  scrubEnvironment();
  const lock = takeLock(lockPath());
  if (!lock) return leaveToOther();
  const path = socketPath();
  if (!(await removeDeadSocket(path))) {
    log('another daemon listens', {});
    lock.release();
    return leaveToOther();
  }

  let lastActivity = Date.now();
  const active = (): void => void (lastActivity = Date.now());
  const bundle = createBundleInUse();
  const repositories = createRepositories(() => bundle.engine(), active);
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    log('stopping', { why });
    setTimeout(() => process.exit(0), STOP_MS).unref();
    // The socket goes first: whoever comes now starts the next daemon, which waits for the lock.
    if (ours()) unlinkSync(path);
    setTimeout(() => void finish(), 10);
  };
  const ready = bundle.engine().then(() => undefined, () => undefined);
  const daemon: Daemon = { started: Date.now(), ready, bundle, repositories, buffers: createOpenBuffers(), stop };
  const server = createServer(daemon, active);
  const listener = await serve(path, (wire) => server.onConnection(wire));
  const inode = lstatSync(path).ino;
  const ours = (): boolean => lstatSync(path, { throwIfNoEntry: false })?.ino === inode;
  const finish = async (): Promise<void> => {
    try {
      await listener.close();
      // While the model is still loading no database is open, and its thread ends with the process.
      if (bundle.loaded()) {
        await repositories.closeAll();
        await bundle.unload();
      }
    } catch (error) {
      log('stopped in disorder', errorFacts(error));
    }
    lock.release();
    process.exit(0);
  };

  log('started', { build: buildId() });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  process.on('uncaughtException', (error) => {
    log('uncaught', errorFacts(error));
    stop('an error nobody caught');
  });
  process.on('unhandledRejection', (error) => log('unhandled', errorFacts(error)));

  if (!lock.held()) return stop('the lock was taken');
  const config = settings();
  const idleMs = (config?.idle_minutes ?? 30) * 60_000;
  const check = (): void => {
    if (!ours() || !lock.held()) return stop('the socket or the lock is no longer ours');
    const idle = Date.now() - lastActivity;
    if (server.busy() > 0) return;
    const rss = process.memoryUsage.rss() / 1024 / 1024;
    if (rss > (config?.rss_limit_mb ?? 2048) && idle > CHECK_MS) return void leaveWhenQuiet(`${Math.round(rss)} MB resident while idle`);
    if (idleMs > 0 && idle >= idleMs) void leaveWhenQuiet('idle');
  };
  /** An index under way is no idleness. */
  const leaveWhenQuiet = async (why: string): Promise<void> => {
    const served = await repositories.all();
    if (served.some((one) => one.schedule.state().state === 'indexing')) active();
    else if (server.busy() === 0) stop(why);
  };
  setInterval(check, idleMs > 0 ? Math.min(CHECK_MS, Math.max(50, idleMs / 4)) : CHECK_MS);
  try {
    watch(runtimeFolder(), (_event, name) => {
      if (name === 'daemon.sock' || name === 'daemon.lock') check();
    }).on('error', check);
  } catch (error) {
    // Too many watches: the check by time finds it a little later.
    log('runtime folder not watched', errorFacts(error));
  }
  void repositories.reconcile();
}

main().catch((error: unknown) => {
  log('not started', errorFacts(error));
  process.exitCode = 1;
});
