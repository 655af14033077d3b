/** The place a benchmark works in: a clone and a daemon home of its own in a temporary folder. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, stopDaemon, type Connection } from '../../daemon/ipc/client.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { until } from './timing.js';

export interface Workbench {
  /** Work tree of the clone. */
  repo: string;
  /** Commit the clone began at. */
  start: string;
  /** A folder for anything else; removed at the end. */
  scratch: string;
  daemon(): Promise<Connection>;
  status(): Promise<StatusResult>;
  /** Runs git in the clone; throws when it fails. */
  git(...args: string[]): string;
  /** Runs the real command in the clone; throws when it fails. */
  hefc(...args: string[]): string;
  /** Waits until the index stands at the work tree's HEAD. */
  fused(): Promise<void>;
  /** Stops the daemon, if one runs. */
  stop(): Promise<void>;
  end(): Promise<void>;
}

/** Clones a repository (its HEAD, with a history of its own) into a temporary folder. Points HEFC_HOME there for this process. */
export function setUp(source: string): Workbench {
  const scratch = mkdtempSync(join(tmpdir(), 'hefc-bench-'));
  const repo = join(scratch, 'repo');
  const home = join(scratch, 'home');
  mkdirSync(home, { mode: 0o700 });
  for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
  process.env['HEFC_HOME'] = home;
  let connection: Connection | undefined;

  const run = (command: string, args: string[], cwd: string): string => {
    const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status !== 0) throw new Error(`${command === process.execPath ? 'hefc' : command} ${args.slice(0, 4).join(' ')}: ${(done.stderr || done.error?.message || `exit code ${done.status}`).trim()}`);
    return done.stdout.trim();
  };
  const bench: Workbench = {
    repo,
    start: '',
    scratch,
    async daemon() {
      if (connection === undefined) {
        connection = await connect({ timeout: 60_000 });
        void connection.closed.then(() => (connection = undefined));
      }
      return connection;
    },
    status: async () => (await bench.daemon()).call('status', { repo }),
    git: (...args) => run('git', args, repo),
    hefc: (...args) => run(process.execPath, [join(packageRoot(), 'dist', 'client', 'hefc.cjs'), ...args], repo),
    async fused() {
      const tree = bench.git('rev-parse', 'HEAD^{tree}');
      await until('the index stood at HEAD', async () => {
        const { repo: state } = await bench.status();
        if (state?.state === 'error') throw new Error(`the index failed: ${state.error}`);
        return state?.tree === tree && state.state === 'ready';
      });
    },
    async stop() {
      connection?.close();
      connection = undefined;
      await stopDaemon();
    },
    async end() {
      await bench.stop();
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    run('git', ['clone', '--quiet', '--no-hardlinks', source, repo], scratch);
    bench.git('config', 'user.name', 'Bench');
    bench.git('config', 'user.email', 'bench@example.invalid');
    bench.git('config', 'commit.gpgSign', 'false');
    bench.git('config', 'gc.auto', '0');
    bench.git('checkout', '--quiet', '-B', 'bench');
    bench.start = bench.git('rev-parse', 'HEAD');
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
  return bench;
}
