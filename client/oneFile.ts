/** Makes quick.ts and all it imports into one file, quick.cjs; see there. The last step of `npm run build`. */
import { build } from 'esbuild';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;

/** Folders of the packages that some of the files come from, as esbuild writes paths, sorted. */
function packagesOf(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** A package's licence, as a comment: its text has to go wherever its code goes. */
function licence(folder: string): string {
  const place = path.resolve(here, folder);
  const name = readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry));
  if (name === undefined) throw new Error(`${folder} has no licence file, so its code cannot be put into quick.cjs`);
  const text = readFileSync(path.join(place, name), 'utf8').trim().replaceAll('*/', '* /');
  return `/*\n${path.basename(folder)}\n\n${text}\n*/\n`;
}

const notLoaded = path.join(here, 'notLoaded.js');
const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ['quick.js'],
  outfile: 'quick.cjs',
  bundle: true,
  platform: 'node',
  target: 'node20.12',
  format: 'cjs',
  define: { 'import.meta.filename': '__filename' },
  alias: { tls: notLoaded, dgram: notLoaded },
  metafile: true,
  write: false,
  logLevel: 'warning',
});
const licences = packagesOf(Object.keys(metafile.inputs)).map(licence);
// In one step: a command that runs meanwhile reads the old file or the new one.
const draft = path.join(here, `quick.${process.pid}.cjs`);
writeFileSync(draft, `${outputFiles[0]!.text}\n${licences.join('')}`);
renameSync(draft, path.join(here, 'quick.cjs'));
