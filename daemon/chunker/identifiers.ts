/** Identifiers of a text, for the lexical index and its queries. */
import { keywordsOf } from './keywords.js';

/** Distinct identifiers kept of one chunk. */
export const IDENTIFIERS_A_CHUNK = 64;

const IDENTIFIER = /(?<![\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]*/gu;
/** Longer words are hashes and encoded data, not names. */
const LONGEST = 80;

/** Every identifier in order of appearance, repeats kept, keywords and single characters dropped. */
export function identifiersInOrder(text: string, language: string): string[] {
  const keywords = keywordsOf(language);
  return (text.match(IDENTIFIER) ?? []).filter(
    (word) => word.length >= 2 && word.length <= LONGEST && !keywords.has(word));
}

/** The first IDENTIFIERS_A_CHUNK distinct identifiers in order of first appearance. */
export function identifiersOf(text: string, language: string): string[] {
  return [...new Set(identifiersInOrder(text, language))].slice(0, IDENTIFIERS_A_CHUNK);
}
