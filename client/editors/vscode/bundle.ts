/** Makes extension.ts and all it imports into one file that an editor loads; the licences of what it holds stand at its end. */
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { licencesOf } from '../../licences.js';

export async function bundleExtension(outfile: string): Promise<void> {
  const here = import.meta.dirname;
  const { metafile, outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: ['extension.js'],
    outfile: path.resolve(outfile),
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    // Of the oldest editor that package.json names.
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  writeFileSync(outfile, `${outputFiles[0]!.text}\n${licencesOf(metafile, here)}`);
}
