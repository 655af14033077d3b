/** Packs the extension: `npm run vsix` writes dist/hefc.vsix. Only what is named here goes in. */
import { createVSIX } from '@vscode/vsce';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot, packageVersion } from '../../../daemon/ipc/packageRoot.js';
import { bundleExtension } from './bundle.js';

const FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', 'icon.png'];

/** Writes the package to a file. The version is hefc's own: both are built from one tree. */
export async function packExtension(target: string): Promise<void> {
  const source = path.join(packageRoot(), 'client', 'editors', 'vscode');
  const staging = mkdtempSync(path.join(tmpdir(), 'hefc-vsix-'));
  try {
    for (const name of FILES) copyFileSync(path.join(source, name), path.join(staging, name));
    const manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(path.join(staging, 'package.json'), `${JSON.stringify({ ...manifest, version: packageVersion() }, null, 2)}\n`);
    await bundleExtension(path.join(staging, 'extension.cjs'));
    await createVSIX({ cwd: staging, packagePath: path.resolve(target), dependencies: false, allowMissingRepository: true, skipLicense: false });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) await packExtension(process.argv[2] ?? path.join(packageRoot(), 'dist', 'hefc.vsix'));
