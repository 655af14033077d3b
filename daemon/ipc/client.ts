/**
 * The client's way to a daemon: connect (starting one when none runs), stop.
 * Every path ends within its timeout. Imports stay few: this is on the start-up path of every command.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeConnection, type Connection } from './connection.js';
import { CallError, NoDaemonError } from './errors.js';
import { lockHolder, takeLock } from './lock.js';
import { buildId } from './packageRoot.js';
import { lockPath, logPath, runtimeFolder, socketPath } from './paths.js';
import { PROTOCOL, type Methods } from './protocol.js';
import { connectTo, type Wire } from './transport.js';

export type { CallOptions, Connection } from './connection.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A daemon this old, by its lock, has its model loaded: it answers a greeting at once, or it is stopped or hung. */
const STARTED_MS = 15_000;

function longStarted(): boolean {
  const taken = statSync(lockPath(), { throwIfNoEntry: false })?.mtimeMs;
  return taken !== undefined && Date.now() - taken > STARTED_MS;
}

/** What is said in the greeting beside who one is; see `hello`. */
type Manner = Pick<Methods['hello']['params'], 'early' | 'watching'>;

/** Connects and shakes hands; undefined when nobody listens, an error for everything else. */
async function tryConnect(whole: number, helloTimeout = Infinity, manner: Manner = {}): Promise<Connection | undefined> {
  if (!existsSync(socketPath())) return undefined;
  const deadline = longStarted() ? Math.min(whole, Date.now() + helloTimeout) : whole;
  const left = (): number => Math.max(1, deadline - Date.now());
  let wire: Wire;
  try {
    wire = await connectTo(socketPath(), left());
  } catch (error) {
    if (Date.now() >= deadline) throw new CallError('timeout', (error as Error).message);
    return undefined;
  }
  const connection = makeConnection(wire);
  try {
    await connection.call('hello', { protocol: PROTOCOL, build: buildId(), ...manner }, { timeout: left() });
    return connection;
  } catch (error) {
    if (error instanceof CallError && error.code === 'version') {
      await connection.call('stop', {}, { timeout: left() }).catch(() => undefined);
      await Promise.race([connection.closed, pause(left())]);
      connection.close();
      return undefined;
    }
    connection.close();
    // A daemon that is just going away closes the connection: as good as none.
    if (error instanceof NoDaemonError) return undefined;
    throw error;
  }
}

/**
 * Connects to the daemon, starting it when none runs (unless `start` is false).
 * `timeout` (ms, default 10,000) bounds the whole; `helloTimeout` bounds the greeting of a daemon that is not just
 * starting; `manner` is said in the greeting. Errors: NoDaemonError, or CallError `timeout` from a daemon that holds the socket but
 * does not answer.
 */
export async function connect(options: { timeout?: number; helloTimeout?: number; start?: boolean } & Manner = {}): Promise<Connection> {
  const { timeout = 10_000, helloTimeout, start = true, early, watching } = options;
  const manner: Manner = { ...(early && { early }), ...(watching && { watching }) };
  const deadline = Date.now() + timeout;
  const first = await tryConnect(deadline, helloTimeout, manner);
  if (first) return first;
  if (!start) throw new NoDaemonError('no daemon runs; run: hefc daemon start');
  const startLock = join(runtimeFolder(), 'start.lock');
  let lock: ReturnType<typeof takeLock>;
  let spawned = 0;
  try {
    for (let wait = 15; Date.now() < deadline; wait = Math.min(100, wait * 1.3)) {
      // One starter spawns; the others wait for the socket. A starter that died leaves a dead lock, which is retaken.
      lock ??= takeLock(startLock);
      const running = lockHolder(lockPath()) !== undefined;
      if (lock && !running && Date.now() - spawned > 5000) {
        spawned = Date.now();
        (await import('./spawnDaemon.js')).spawnDaemon();
      }
      await pause(Math.min(wait, Math.max(1, deadline - Date.now())));
      const connection = await tryConnect(deadline, helloTimeout, manner);
      if (connection) return connection;
    }
  } finally {
    lock?.release();
  }
  throw new NoDaemonError(`no daemon could be started within ${timeout} ms; its log: ${logPath()}`);
}

/**
 * Stops the daemon: asks it, then, when it does not answer within `timeout` ms, kills it by the pid of its lock.
 * Returns whether one ran.
 */
export async function stopDaemon(timeout = 5000): Promise<boolean> {
  const pid = lockHolder(lockPath());
  if (pid === undefined) return false;
  const deadline = Date.now() + timeout;
  try {
    const wire = await connectTo(socketPath(), timeout);
    const connection = makeConnection(wire);
    await connection.call('stop', {}, { timeout: Math.max(1, deadline - Date.now()) });
    connection.close();
  } catch {
    // not listening, or not answering: the pid decides
  }
  while (Date.now() < deadline && lockHolder(lockPath()) === pid) await pause(20);
  if (lockHolder(lockPath()) === pid) process.kill(pid, 'SIGKILL');
  return true;
}
