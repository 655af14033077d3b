/** Where the package lies, which version it is, and which build its compiled files are. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;
let build: string | undefined;

function manifest(folder: string): { name?: string; version?: string } | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string }) : undefined;
}

/** The folder whose package.json is named hefc: assets (grammars, models, hook shim) are resolved from it. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let folder = dirname(import.meta.filename);
  for (;;) {
    if (manifest(folder)?.name === 'hefc') return (root = folder);
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the hefc package is incomplete: no package.json above its code; reinstall hefc');
    folder = parent;
  }
}

/** The version of package.json. */
export function packageVersion(): string {
  return manifest(packageRoot())?.version ?? '0.0.0';
}

/**
 * Version and stamp of the compiled files, so that a client of a newer build replaces an older daemon. The stamp is size
 * and times of what the compiler notes of its last run (it writes that whenever it wrote anything else): every command
 * pays for this, and looking at each file took longer than asking the daemon. A reinstalled equal build costs no more
 * than a restart.
 */
export function buildId(): string {
  return (build ??= readBuildId());
}

/** Has another build replaced the one this process was started from? Its daemon would be refused, and refuse us. */
export function buildReplaced(): boolean {
  try {
    return buildId() !== readBuildId();
  } catch {
    return true;
  }
}

function readBuildId(): string {
  const stamp = statSync(join(packageRoot(), 'dist', '.tsbuildinfo'), { throwIfNoEntry: false });
  if (stamp === undefined) throw new Error('the build is incomplete: dist/.tsbuildinfo is missing; run: npm run build');
  const { size, mtimeMs, ctimeMs } = stamp;
  return `${packageVersion()}+${[size, mtimeMs, ctimeMs].map((number) => Math.round(number).toString(36)).join('.')}`;
}
