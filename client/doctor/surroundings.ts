/** Node, Git, the model bundles, the daemon and its folders. */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statfsSync } from 'node:fs';
import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { configPath, runtimeFolder, stateFolder, userModelsFolder } from '../../daemon/ipc/paths.js';
import { bundleProblem } from '../bundleCheck.js';
import { bundles } from '../bundles.js';
import { size } from '../print.js';
import { withDaemon } from '../session.js';
import { finding, type Finding } from './check.js';

/** The first with Dirent.parentPath. */
const LEAST_NODE = [20, 12] as const;
const LEAST_GIT = [2, 20] as const;
const LOW_DISK_BYTES = 500e6;

export async function surroundingsFindings(): Promise<Finding[]> {
  return [
    await finding('node', `install Node.js ${LEAST_NODE.join('.')} or newer`, () => {
      if (!isAtLeast(process.versions.node, LEAST_NODE)) throw new Error(`${process.version} is too old`);
      return `${process.version} on ${process.platform} ${process.arch}`;
    }),
    await finding('git', 'install Git 2.20 or newer and put it on PATH', gitVersion),
    await finding('folders', 'give the folder back to yourself: chmod 700, chown', () => {
      const checked = [runtimeFolder(), stateFolder()];
      for (const file of [configPath(), userModelsFolder()]) {
        if (existsSync(file) && process.platform !== 'win32' && (lstatSync(file).mode & 0o022) !== 0) throw new Error(`${file} may be written by other users`);
      }
      return checked.join(', ');
    }),
    await finding('models', 'copy or download the bundle again, or reinstall hefc', async () => {
      const found = await bundles();
      if (found.length === 0) throw new Error('no model bundle is installed');
      for (const bundle of found) {
        const problem = bundleProblem(bundle);
        if (problem !== undefined) throw new Error(`${bundle.directory}: ${problem}`);
      }
      return found.map(({ id }) => id).join(', ');
    }),
    await daemonFinding(),
  ];
}

function gitVersion(): string {
  const { stdout, error } = spawnSync('git', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) throw new Error('git is not on PATH');
  if (!isAtLeast(stdout, LEAST_GIT)) throw new Error(`${stdout.trim()} is too old`);
  return stdout.trim();
}

/** Compares the first `major.minor` in a text; a text without one is too old. */
export function isAtLeast(text: string, [leastMajor, leastMinor]: readonly [number, number]): boolean {
  const found = /(\d+)\.(\d+)/.exec(text);
  if (found === null) return false;
  const major = Number(found[1]);
  return major > leastMajor || (major === leastMajor && Number(found[2]) >= leastMinor);
}

function daemonFinding(): Promise<Finding> {
  return finding('daemon', 'read why in its log: hefc daemon logs', async () => {
    const { daemon }: StatusResult = await withDaemon((connection) => connection.call('status', {}, { timeout: 10_000 }));
    return `process ${daemon.pid}, ${Math.round(daemon.rss_mb)} MB, model ${daemon.model}, device ${daemon.device}`;
  });
}

/** Disk space where a database lies or will lie. */
export function diskFinding(folder: string): Promise<Finding> {
  return finding('disk', 'free some space, or delete the vectors of repositories you no longer use: hefc purge', () => {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free < LOW_DISK_BYTES) throw new Error(`only ${size(free)} free at ${folder}`);
    return `${size(free)} free`;
  });
}
