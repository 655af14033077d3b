/** Which language a path is read as. The language is part of a blob's cache key, so this table must stay pure in the path. */

export type Language = 'python' | 'typescript' | 'tsx' | 'javascript' | 'go' | 'rust' | 'java' | 'c' | 'cpp' | 'text';

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  py: 'python', pyi: 'python', pyw: 'python',
  ts: 'typescript', mts: 'typescript', cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript', jsx: 'javascript', mjs: 'javascript', cjs: 'javascript',
  go: 'go',
  rs: 'rust',
  java: 'java',
  c: 'c', h: 'c',
  cc: 'cpp', cpp: 'cpp', cxx: 'cpp', hh: 'cpp', hpp: 'cpp', hxx: 'cpp', ipp: 'cpp', inl: 'cpp',
};

/** The language of a '/'-separated path, by its extension alone; 'text' for everything without a grammar. */
export function languageOf(path: string): Language {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  if (dot < 0) return 'text';
  const extension = name.slice(dot + 1).toLowerCase();
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension]! : 'text';
}

/** Name of the wasm grammar that parses a language; undefined where lines are all there is. C is read by the C++ grammar. */
export function grammarOf(language: string): string | undefined {
  if (language === 'c') return 'cpp';
  return language === 'text' || !Object.values(BY_EXTENSION).includes(language as Language) ? undefined : language;
}
