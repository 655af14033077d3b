/** The parts of a buffer a completion looks at. All bounds in characters or lines; tokens are cut by the model room. */
import { identifiersInOrder } from '../chunker/identifiers.js';

/** Lines above the cursor, and distinct identifiers of them, that make a lexical query. */
const LEXICAL_LINES = 40;
const QUERY_IDENTIFIERS = 64;
/** Lines after which an identifier counts half in a lexical query. */
const HALF_LIFE = 6;
const IMPORT_LINE = /^\s*(?:import\b|from\b|#\s*include\b|use\b|export\s.*\bfrom\b|.*\brequire\s*\()/;

/** The last lines above the cursor, the cursor's own among them. */
export function queryText(prefix: string, lines: number): string {
  let start = prefix.length;
  for (let k = 0; k < lines && start > 0; k++) start = prefix.lastIndexOf('\n', start - 1);
  return prefix.slice(Math.max(0, start + 1));
}

/** The text up to what is typed on the cursor's own line, its indentation included: the same for every key of that line. */
export function beforeTyped(prefix: string): string {
  const line = prefix.lastIndexOf('\n') + 1;
  return prefix.slice(0, line) + /^[ \t]*/.exec(prefix.slice(line))![0];
}

/** Identifiers on the import lines of the text: what the file says it depends on. */
export function importedNames(prefix: string, language: string): Set<string> {
  const lines = prefix.slice(0, 20_000).split('\n').filter((line) => IMPORT_LINE.test(line));
  return new Set(identifiersInOrder(lines.join('\n'), language));
}

/**
 * Distinct identifiers near the cursor with what each counts, 0..1, the nearest first: 1 on the cursor's own line, half
 * as much six lines above it. Where the list is cut, the far ones go.
 */
export function queryIdentifiers(prefix: string, language: string, draft = ''): Map<string, number> {
  const weights = new Map<string, number>();
  const lines = (queryText(prefix, LEXICAL_LINES) + draft).split('\n').reverse();
  const cursor = draft.split('\n').length - 1;
  for (const [at, line] of lines.entries()) {
    for (const name of identifiersInOrder(line, language).reverse()) {
      if (weights.size === QUERY_IDENTIFIERS) return weights;
      if (!weights.has(name)) weights.set(name, 0.5 ** (Math.max(0, at - cursor) / HALF_LIFE));
    }
  }
  return weights;
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
