/**
 * RepoBench's hard setting: lines that use, for the first time in their file, a name imported from another file of the
 * repository. What the file holds above such a line does not say how the name is used.
 */
import { posix } from 'node:path';
import { languageOf } from '../../../daemon/chunker/language.js';
import type { ObjectReader } from '../../../store/types.js';
import { importsOf } from './bindings.js';
import { createPythonResolver } from './resolvePython.js';
import { createScriptResolver, readMapping, type PathMapping } from './resolveScript.js';

/** 0-based lines of a file with such a first use, ascending. */
export type FirstUses = (path: string, text: string) => Promise<number[]>;

/** @param files every file of the tree: names are resolved to them */
export async function openFirstUses(objects: ObjectReader, files: readonly { path: string; oid: string }[]): Promise<FirstUses> {
  const paths = new Set(files.map(({ path }) => path));
  const python = createPythonResolver(paths);
  const script = createScriptResolver(paths, await mappingsOf(objects, files));
  return async (path, text) => {
    const { bindings, firstUse } = await importsOf(path, text);
    const resolve = languageOf(path) === 'python' ? python : script;
    const lines = bindings.flatMap((binding) => {
      const line = firstUse.get(binding.local);
      return line === undefined || resolve(path, binding) === undefined ? [] : [line];
    });
    return [...new Set(lines)].sort((a, b) => a - b);
  };
}

async function mappingsOf(objects: ObjectReader, files: readonly { path: string; oid: string }[]): Promise<PathMapping[]> {
  const mappings: PathMapping[] = [];
  for (const { path, oid } of files) {
    if (posix.basename(path) !== 'tsconfig.json') continue;
    const folder = posix.dirname(path);
    const mapping = readMapping(folder === '.' ? '' : folder, (await objects.readBlob(oid))?.toString('utf8') ?? '');
    if (mapping !== undefined) mappings.push(mapping);
  }
  return mappings;
}
