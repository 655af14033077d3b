/** The licences of the packages that went into a bundled file: their texts have to go wherever their code goes. */
import type { Metafile } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** As comments to stand at the end of the file. Throws when a package has no licence file. `folder`: esbuild's working folder. */
export function licencesOf({ inputs }: Metafile, folder: string): string {
  const packages = Object.keys(inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(packages)].sort().map((one) => licence(path.resolve(folder, one))).join('');
}

function licence(folder: string): string {
  const name = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (name === undefined) throw new Error(`${folder} has no licence file, so its code cannot be bundled`);
  const text = readFileSync(path.join(folder, name), 'utf8').trim().replaceAll('*/', '* /');
  return `/*\n${path.basename(folder)}\n\n${text}\n*/\n`;
}
