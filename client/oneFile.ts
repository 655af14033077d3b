/** Makes quick.ts and all it imports into one file, quick.cjs; see there. The last step of `npm run build`. */
import { build } from 'esbuild';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { licencesOf } from './licences.js';

const here = import.meta.dirname;

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
// In one step: a command that runs meanwhile reads the old file or the new one.
const draft = path.join(here, `quick.${process.pid}.cjs`);
writeFileSync(draft, `${outputFiles[0]!.text}\n${licencesOf(metafile, here)}`);
renameSync(draft, path.join(here, 'quick.cjs'));
