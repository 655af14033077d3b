/**
 * The folders of one user: runtime (socket, lock), state (log, registry of repositories), configuration.
 * HEFC_HOME, when set, holds all three; tests and side-by-side installations use it.
 *
 * The runtime folder is ours alone: a real folder, owned by us, mode 0700. Both sides check that before they
 * trust a socket inside it, since whoever owns the folder could answer in the daemon's place.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoDaemonError } from './errors.js';

/** sun_path holds 104 bytes on some systems, 108 on others, with its final zero. */
const MAX_SOCKET_BYTES = 100;

function uid(): number {
  return process.getuid?.() ?? 0;
}

/** Makes a folder 0700 if absent and refuses one that is a symlink, not a folder, another user's, or open to others. */
export function ownFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new NoDaemonError(`${path} cannot be made (${(error as NodeJS.ErrnoException).code}); make it yourself (mode 0700) or set HEFC_HOME`);
  }
  const stat = lstatSync(path);
  if (stat.isSymbolicLink() || !stat.isDirectory()) throw new NoDaemonError(`${path} is not a plain folder; remove it or set HEFC_HOME`);
  if (process.getuid && stat.uid !== uid()) throw new NoDaemonError(`${path} belongs to another user; remove it or set HEFC_HOME`);
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) throw new NoDaemonError(`${path} is open to other users; run: chmod 700 '${path}'`);
  return path;
}

/** Where the socket and the lock lie; made and checked at every call. */
export function runtimeFolder(): string {
  const home = process.env.HEFC_HOME;
  const xdg = process.env.XDG_RUNTIME_DIR;
  const wanted = home ? join(home, 'run') : xdg ? join(xdg, 'hefc') : join(homedir(), '.cache', 'hefc', `run-${uid()}`);
  if (Buffer.byteLength(join(wanted, 'daemon.sock')) < MAX_SOCKET_BYTES) return ownFolder(wanted);
  // Seldom needed, and the slowest of Node's own modules to load.
  const { createHash } = createRequire(import.meta.filename)('node:crypto') as typeof import('node:crypto');
  const digest = createHash('sha1').update(wanted).digest('hex').slice(0, 10);
  const base = Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp';
  return ownFolder(join(base, `hefc-${uid()}-${digest}`));
}

/** Path of the daemon's socket. */
export function socketPath(): string {
  return join(runtimeFolder(), 'daemon.sock');
}

/** Path of the daemon's lock file. */
export function lockPath(): string {
  return join(runtimeFolder(), 'daemon.lock');
}

/** Logs and the registry of known repositories. */
export function stateFolder(): string {
  const home = process.env.HEFC_HOME;
  const base = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  return ownFolder(home ? join(home, 'state') : join(base, 'hefc'));
}

/** The daemon's log file. */
export function logPath(): string {
  return join(stateFolder(), 'daemon.log');
}

/** The user's configuration file; it need not exist. */
export function configPath(): string {
  const home = process.env.HEFC_HOME;
  const base = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  return home ? join(home, 'config', 'config.json') : join(base, 'hefc', 'config.json');
}

/** Bundles the user added: one folder each, named by bundle. */
export function userModelsFolder(): string {
  const home = process.env.HEFC_HOME;
  const base = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
  return home ? join(home, 'models') : join(base, 'hefc', 'models');
}

/** The folder of a repository that holds its database and spool; its presence is what makes hefc act on a repository. */
export function hefcFolder(commonDir: string): string {
  return join(commonDir, 'hefc');
}
