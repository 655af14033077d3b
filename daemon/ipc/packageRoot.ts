/** Where the package lies, which version it is, and which build its compiled files are. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;
let build: string | undefined;

function manifest(folder: string): { name?: string; version?: string } | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string }) : undefined;
}

/** The folder whose package.json is named hefc: assets (grammars, models, hook shim) are resolved from it. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
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

function* compiledFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* compiledFiles(path);
    else if (entry.name.endsWith('.js')) yield path;
  }
}

/**
 * Version and digest of the compiled files a daemon runs (name, size, modification time), so that a client of a newer
 * build replaces an older daemon. Contents are not read: every command pays for this, and a reinstalled equal build
 * costs no more than a restart.
 */
export function buildId(): string {
  if (build !== undefined) return build;
  const hash = createHash('sha1');
  for (const room of ['daemon', 'store', 'models']) {
    const folder = join(packageRoot(), 'dist', room);
    if (!existsSync(folder)) continue;
    for (const path of compiledFiles(folder)) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path} ${size} ${mtimeMs}\n`);
    }
  }
  return (build = `${packageVersion()}+${hash.digest('hex').slice(0, 12)}`);
}
