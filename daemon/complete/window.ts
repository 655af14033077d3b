/** The parts of a buffer a completion looks at. All bounds in characters or lines; tokens are cut by the model room. */
import { identifiersInOrder } from '../chunker/identifiers.js';

/** Lines above the cursor that make the query. */
const QUERY_LINES = 20;
/** Distinct identifiers of a lexical query. */
const QUERY_IDENTIFIERS = 64;
const IMPORT_LINE = /^\s*(?:import\b|from\b|#\s*include\b|use\b|export\s.*\bfrom\b|.*\brequire\s*\()/;

/** The last lines above the cursor, the cursor's own among them. */
export function queryText(prefix: string, lines = QUERY_LINES): string {
  let start = prefix.length;
  for (let k = 0; k < lines && start > 0; k++) start = prefix.lastIndexOf('\n', start - 1);
  return prefix.slice(Math.max(0, start + 1));
}

/** Identifiers on the import lines of the text: what the file says it depends on. */
export function importedNames(prefix: string, language: string): Set<string> {
  const lines = prefix.slice(0, 20_000).split('\n').filter((line) => IMPORT_LINE.test(line));
  return new Set(identifiersInOrder(lines.join('\n'), language));
}

/** Distinct identifiers near the cursor, the nearest first: where the list is cut, the far ones go. */
export function queryIdentifiers(prefix: string, language: string, draft = ''): string[] {
  const near = identifiersInOrder(queryText(prefix) + draft, language).reverse();
  return [...new Set(near)].slice(0, QUERY_IDENTIFIERS);
}

/**
 * Bounds a prefix for the worker: its last `characters`, cut at a line start. The cut moves in large steps, so that
 * typing on keeps the same beginning and with it the cached keys and values.
 */
export function boundPrefix(prefix: string, characters: number): string {
  if (prefix.length <= 2 * characters) return prefix;
  const cut = Math.floor((prefix.length - characters) / characters) * characters;
  return prefix.slice(prefix.indexOf('\n', cut) + 1);
}
