/** Which file of the repository a TypeScript or JavaScript import means. */
import { posix } from 'node:path';
import type { Resolve } from './resolvePython.js';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts', '.vue', '.svelte'];
/** TypeScript is imported under the name of the JavaScript it becomes. */
const BECOMES: Record<string, string[]> = { '.js': ['.ts', '.tsx', '.jsx', '.d.ts'], '.jsx': ['.tsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] };

/** The `compilerOptions` that matter, of the tsconfig.json in one folder. */
export interface PathMapping {
  /** Folder of the tsconfig.json; '' at the top. */
  folder: string;
  baseUrl: string | undefined;
  paths: Record<string, string[]>;
}

/**
 * Resolves relative specifiers and those a tsconfig.json maps (`paths`, one star at most, and `baseUrl`; `extends` is
 * not followed), trying extensions and index files. Packages, also those of the same workspace, are undefined.
 *
 * @param mappings of every tsconfig.json of the tree; the nearest above the importing file counts
 */
export function createScriptResolver(paths: ReadonlySet<string>, mappings: readonly PathMapping[]): Resolve {
  const fileAt = (place: string): string | undefined => {
    const extension = posix.extname(place);
    const bare = place.slice(0, place.length - extension.length);
    const candidates = [place, ...(BECOMES[extension] ?? []).map((end) => bare + end), ...EXTENSIONS.map((end) => place + end), ...EXTENSIONS.map((end) => posix.join(place, `index${end}`))];
    return candidates.find((path) => paths.has(path));
  };
  return (importer, { module }) => {
    const places = /^\.{1,2}(\/|$)/.test(module) ? [posix.join(posix.dirname(importer), module)] : mapped(nearest(mappings, importer), module);
    const found = places.map((place) => (place.startsWith('..') ? undefined : fileAt(place === '.' ? '' : place))).find((path) => path !== undefined);
    return found === importer ? undefined : found;
  };
}

function nearest(mappings: readonly PathMapping[], importer: string): PathMapping | undefined {
  return mappings
    .filter(({ folder }) => folder === '' || importer.startsWith(`${folder}/`))
    .reduce<PathMapping | undefined>((best, each) => (best === undefined || each.folder.length > best.folder.length ? each : best), undefined);
}

/** Places a mapping sends a specifier to, in its order. */
function mapped(mapping: PathMapping | undefined, module: string): string[] {
  if (mapping === undefined) return [];
  const base = posix.join(mapping.folder, mapping.baseUrl ?? '.');
  const places = Object.entries(mapping.paths).flatMap(([pattern, targets]) => {
    const [head, tail] = pattern.split('*') as [string, string | undefined];
    if (tail === undefined ? module !== pattern : !(module.startsWith(head) && module.endsWith(tail) && module.length >= head.length + tail.length)) return [];
    const star = tail === undefined ? '' : module.slice(head.length, module.length - tail.length);
    return targets.map((target) => posix.join(base, target.replace('*', star)));
  });
  return mapping.baseUrl === undefined ? places : [...places, posix.join(base, module)];
}

/** Reads a tsconfig.json, comments and trailing commas allowed; undefined when it maps nothing or cannot be read. */
export function readMapping(folder: string, text: string): PathMapping | undefined {
  try {
    // Strings are kept whole: "@/*" holds what looks like the start of a comment.
    const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string: string | undefined) => string ?? '')
      .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? '');
    const { compilerOptions } = JSON.parse(plain) as { compilerOptions?: { baseUrl?: unknown; paths?: unknown } };
    const { baseUrl, paths } = compilerOptions ?? {};
    const kept = Object.entries((paths ?? {}) as Record<string, unknown>).filter((entry): entry is [string, string[]] => Array.isArray(entry[1]) && entry[1].every((target) => typeof target === 'string'));
    if (kept.length === 0 && typeof baseUrl !== 'string') return undefined;
    return { folder, baseUrl: typeof baseUrl === 'string' ? baseUrl : undefined, paths: Object.fromEntries(kept) };
  } catch {
    return undefined;
  }
}
