/** Is `hefc` where editors look for it, and is it this build? */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { packageRoot, packageVersion } from '../../daemon/ipc/packageRoot.js';
import { HEFC_NAMES, programOnPath } from '../onPath.js';
import type { Finding } from './check.js';
import { versionOf } from './installedVersion.js';
import type { UserPlace } from './userPlace.js';

const SHELL_MS = 10_000;
/** With these options and commands the same is said in each. */
const SHELLS = ['bash', 'zsh', 'sh', 'dash', 'ksh', 'fish'];
const MARK = 'hefc-doctor';

export async function hefcOnPathFindings(place: UserPlace): Promise<Finding[]> {
  const name = 'hefc on PATH';
  const found = programOnPath(HEFC_NAMES, place.environment);
  if (found === undefined) return [{ name, state: 'warning', detail: 'there is none, so editors and shells cannot start it', fix: `in ${packageRoot()}: npm link` }];
  return [await sameBuild(name, found, place), ...(await loginShell(found, place))];
}

async function sameBuild(name: string, found: string, place: UserPlace): Promise<Finding> {
  const real = realpathSync(found);
  if (real === realpathSync(path.join(packageRoot(), 'dist', 'client', 'hefc.cjs'))) return { name, state: 'ok', detail: found };
  const fix = `in ${packageRoot()}: npm link; or use the other one's doctor: ${found} doctor`;
  const other = path.resolve(real, '..', '..', '..');
  const version = await versionOf(found, ['--version'], place);
  if (version === undefined) return { name, state: 'failed', detail: `${found} does not run`, fix: `see why: ${found} --version` };
  const installation = path.basename(real) === 'hefc.cjs' ? other : found;
  if (version !== packageVersion()) return { name, state: 'warning', detail: `${installation} is version ${version}, this is ${packageVersion()}`, fix };
  if (installation !== found) return { name, state: 'warning', detail: `${installation} is another installation of ${version}; this one is ${packageRoot()}`, fix };
  return { name, state: 'ok', detail: `${found}, which starts version ${version}` };
}

/** Editors started from a desktop see what a login shell sets, not what a terminal's does (nvm writes to the latter). */
async function loginShell(found: string, { home, environment }: UserPlace): Promise<Finding[]> {
  const shell = environment['SHELL'] ?? '';
  if (!path.isAbsolute(shell) || !SHELLS.includes(path.basename(shell))) return [];
  const name = 'login shell';
  const kept = Object.fromEntries(['USER', 'LOGNAME', 'LANG', 'TERM'].flatMap((key) => (environment[key] === undefined ? [] : [[key, environment[key]]])));
  const output = await new Promise<string | undefined>((resolve) => {
    const commands = ['hefc', 'node'].map((program) => `echo ${MARK}; command -v ${program}`).join('; ');
    const child = execFile(shell, ['-lc', commands], { env: { ...kept, HOME: home, SHELL: shell, PATH: '/usr/local/bin:/usr/bin:/bin' }, cwd: home, timeout: SHELL_MS, killSignal: 'SIGKILL' }, (_error, stdout) => resolve(child.killed ? undefined : stdout));
    child.stdin?.end();
  });
  const fix = `start the editor from a terminal, or make it so for all programs: echo 'export PATH="${path.dirname(found)}:$PATH"' >>~/${path.basename(shell) === 'zsh' ? '.zprofile' : '.profile'}`;
  if (output === undefined) return [{ name, state: 'warning', detail: `${shell} did not start within ${SHELL_MS / 1000} s, so an editor may not either`, fix: 'see what its start-up files wait for' }];
  const [, hefc = '', node = ''] = output.split(`${MARK}\n`).map((text) => text.trim());
  if (hefc === '') return [{ name, state: 'warning', detail: `hefc is on the PATH of this shell only (${found}); editors started from the desktop do not see it`, fix }];
  if (node === '') return [{ name, state: 'warning', detail: 'node, which runs hefc, is on the PATH of this shell only; editors started from the desktop do not see it', fix: fix.replace(path.dirname(found), path.dirname(process.execPath)) }];
  if (path.isAbsolute(hefc) && sameFile(hefc, found)) return [];
  return [{ name, state: 'warning', detail: `there hefc is ${hefc}, here it is ${found}`, fix }];
}

function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
