/** Which file of the repository a Python import means. */
import { posix } from 'node:path';
import type { Binding } from './bindings.js';

/** Folders whose modules are imported as if they stood at the top. */
const SOURCE_ROOT = /(^|\/)(src|lib|python)$/;

export type Resolve = (importer: string, binding: Binding) => string | undefined;

/**
 * Resolves against the paths of a tree: `a.b` is `a/b.py` or `a/b/__init__.py` below the top, below a folder named src,
 * lib or python, or below a folder above the importing file that is no package itself; `from a import b` may also mean
 * the module `a/b.py`. What stands nowhere is undefined: the standard library and what is installed.
 */
export function createPythonResolver(paths: ReadonlySet<string>): Resolve {
  const folders = new Set([...paths].map((path) => posix.dirname(path)));
  const sourceRoots = [...folders].flatMap(above).filter((folder) => SOURCE_ROOT.test(folder));
  const roots = ['', ...new Set(sourceRoots)];
  const isPackage = (folder: string): boolean => paths.has(join(folder, '__init__.py')) || paths.has(join(folder, '__init__.pyi'));
  const moduleAt = (place: string): string | undefined => ['.py', '/__init__.py', '.pyi', '/__init__.pyi'].map((end) => place + end).find((path) => paths.has(path));

  return (importer, { module, name }) => {
    const dots = /^\.*/.exec(module)![0].length;
    const parts = module.slice(dots).split('.').filter((part) => part !== '');
    const own = posix.dirname(importer) === '.' ? '' : posix.dirname(importer);
    const bases = dots > 0 ? [climb(own, dots - 1)] : [...above(own).filter((folder) => !isPackage(folder)), ...roots];
    for (const base of bases) {
      if (base === undefined) continue;
      const place = join(base, ...parts);
      // A submodule, unless the package itself gives the name.
      const submodule = name === null ? undefined : moduleAt(join(place, name));
      const found = submodule ?? (place === '' ? undefined : moduleAt(place));
      if (found !== undefined) return found === importer ? undefined : found;
    }
    return undefined;
  };
}

/** A folder and all above it, the nearest first, the top ('') last. */
function above(folder: string): string[] {
  const all: string[] = [];
  for (let at = folder === '.' ? '' : folder; at !== ''; at = at.includes('/') ? posix.dirname(at) : '') all.push(at);
  return [...all, ''];
}

/** Undefined above the top. */
function climb(folder: string, levels: number): string | undefined {
  return above(folder)[levels];
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('/');
}
