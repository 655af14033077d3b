/** Runs the real command as a child process, with a daemon home of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleDirectory } from '../bundle.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface Command {
  home: string;
  hefc(args: string[], options?: { cwd?: string; input?: string; environment?: NodeJS.ProcessEnv }): Ran;
  /** Stops the daemon and removes the home. */
  end(): void;
}

export const MAIN = path.join(packageRoot(), 'dist', 'client', 'hefc.cjs');

export function makeCommand(): Command {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'hefc-cli-')));
  const hefc: Command['hefc'] = (args, { cwd = home, input = '', environment = {} } = {}) => {
    const env = { ...process.env, HEFC_HOME: home, HEFC_MODEL: bundleDirectory, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...environment };
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, env, input, encoding: 'utf8', maxBuffer: 64e6 });
    return { status, stdout, stderr };
  };
  return {
    home,
    hefc,
    end() {
      hefc(['daemon', 'stop']);
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** An empty folder below the command's home. */
export function folder(command: Command, name: string): string {
  const made = path.join(command.home, name);
  mkdirSync(made, { recursive: true });
  return made;
}
