import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './read.js';
import type { Manifest } from './manifest.js';

export interface BundlePlace {
  /** The bundle's id, or its folder's name when bundle.json cannot be read. */
  id: string;
  directory: string;
  origin: 'shipped' | 'user';
  /** Why it cannot be used, in one line; null when its manifest is sound. */
  problem: string | null;
  manifest: Manifest | null;
}

/**
 * Bundles in the shipped folder and in the user's: every direct subfolder that holds a bundle.json.
 * The parts are not read, so a bundle listed without a problem may still be truncated.
 */
export function listBundles(folders: { shipped: string; user: string }): BundlePlace[] {
  const found: BundlePlace[] = [];
  for (const origin of ['shipped', 'user'] as const) {
    for (const name of subfolders(folders[origin])) {
      const directory = join(folders[origin], name);
      try {
        const manifest = readManifest(directory);
        found.push({ id: manifest.id, directory, origin, problem: null, manifest });
      } catch (error) {
        found.push({ id: name, directory, origin, problem: (error as Error).message, manifest: null });
      }
    }
  }
  return found;
}

/** The bundle of this id, or whose id starts with this name and a dash; the user's own win. Throws one line naming what there is. */
export function findBundle(name: string, folders: { shipped: string; user: string }): BundlePlace {
  const all = listBundles(folders).reverse();
  const match = all.find((each) => each.id === name) ?? all.find((each) => each.id.startsWith(`${name}-`));
  if (match === undefined) {
    throw new Error(`No model named ${name}; there is ${all.map((each) => each.id).join(', ') || 'none'}: choose one of them or add it with \`hefc model add\`.`);
  }
  if (match.problem !== null) throw new Error(match.problem);
  return match;
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((each) => each.isDirectory() && readdirSync(join(folder, each.name)).includes('bundle.json'))
      .map((each) => each.name)
      .sort();
  } catch {
    return [];
  }
}
