/** Copies of hefc's editor plugins, compared with the ones of this installation. */
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { matching, namesIn, textOf } from './mentions.js';
import type { UserPlace } from './userPlace.js';

const SOURCE = /\.(lua|vim|kak)$/;

export interface Copies {
  /** Where the plugin was found. */
  found: string[];
  /** Its files there. */
  files: string[];
  /** Those of them that are not as in this installation. */
  different: string[];
}

/** `ours`: the plugin's folder here. `named`: paths that the configuration names, besides the usual `places`. */
export function pluginCopies(ours: string, places: readonly string[], named: readonly string[], place: UserPlace): Copies {
  const sources = below(ours);
  const copies: Copies = { found: [], files: [], different: [] };
  for (const candidate of new Set([...places.flatMap((one) => matching(one, place)), ...named])) {
    const stat = statSync(candidate, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    const pairs = stat.isFile() ? sources.filter((name) => path.basename(name) === path.basename(candidate)).map((name) => [name, candidate] as const) : sources.map((name) => [name, path.join(candidate, name)] as const);
    const there = pairs.filter(([, copy]) => statSync(copy, { throwIfNoEntry: false })?.isFile() === true);
    // A plugin of another time may have no file in common with ours.
    if (there.length > 0 || path.basename(candidate).startsWith('hefc')) copies.found.push(candidate);
    copies.files.push(...there.map(([, copy]) => copy));
    for (const [name, copy] of there) if (realpathSync(copy) !== realpathSync(path.join(ours, name)) && textOf(copy) !== textOf(path.join(ours, name))) copies.different.push(copy);
  }
  return copies;
}

function below(folder: string, prefix = ''): string[] {
  return namesIn(path.join(folder, prefix)).flatMap((name) => {
    const inside = path.join(prefix, name);
    if (statSync(path.join(folder, inside), { throwIfNoEntry: false })?.isDirectory() === true) return below(folder, inside);
    return SOURCE.test(name) ? [inside] : [];
  });
}
