/**
 * How identifiers become terms of the text index: each whole identifier, lower-cased, is one term; the words inside a
 * snake_case or camelCase identifier are terms too, so that `loadConfig` is found by `load_config`.
 */

/** Longer identifiers are data, not names. */
const longestTerm = 96;
const shortestWord = 3;
/** What a shared word counts for in a query, against 1 for the whole identifier. */
const wordWeight = 0.25;

/** Whole identifier as the index's tokenizer keeps it: one token; '' when nothing is left. */
function wholeTerm(identifier: string): string {
  const term = identifier.toLowerCase().replace(/[\u0000-\u007f]/g, (character) => (/[a-z0-9_$]/.test(character) ? character : '_'));
  return term.length <= longestTerm && !/^_*$/.test(term) ? term : '';
}

function words(identifier: string): string[] {
  return identifier
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= shortestWord)
    .map(wholeTerm)
    .filter((word) => word !== '');
}

/** Distinct terms of a chunk, sorted. */
export function chunkTerms(identifiers: readonly string[]): string[] {
  return [...queryTerms(identifiers).keys()];
}

/**
 * Distinct terms of a query with their weights, in term order, so that sums of scores do not depend on the caller's order.
 * @param weights what each identifier counts; 1 without. A term of several identifiers counts as the weightiest says.
 */
export function queryTerms(identifiers: readonly string[], weights?: readonly number[]): Map<string, number> {
  const terms = new Map<string, number>();
  const add = (term: string, weight: number): void => void terms.set(term, Math.max(weight, terms.get(term) ?? 0));
  for (const [at, identifier] of identifiers.entries()) {
    const whole = wholeTerm(identifier);
    if (whole === '') continue;
    const weight = weights?.[at] ?? 1;
    add(whole, weight);
    for (const word of words(identifier)) add(word, wordWeight * weight);
  }
  return new Map([...terms].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
