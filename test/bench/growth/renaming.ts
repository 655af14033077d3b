/**
 * Names of a copied project. In real code a vocabulary grows with the source, and most names stand in few files: a name
 * that many files of the project use stays the same in every copy (the language's and the libraries' names), of the
 * others half are new in each copy, a quarter in every second, an eighth in every fourth, and so on.
 */
import { mix } from '../../../daemon/copylane/lineHash.js';

const NAME = /(?<![\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]+/gu;
/** Share of files, and files at least, from which on a name belongs to no project. */
const COMMON = 0.02;
const LEAST = 3;

/** Names that stay the same in every copy. */
export function commonNames(texts: readonly string[]): Set<string> {
  const files = new Map<string, number>();
  for (const text of texts) for (const name of new Set(text.match(NAME) ?? [])) files.set(name, (files.get(name) ?? 0) + 1);
  const least = Math.max(LEAST, COMMON * texts.length);
  return new Set([...files].filter(([, count]) => count >= least).map(([name]) => name));
}

/** A text as copy number `copy` has it; copy 0 is the text itself. */
export function renamed(text: string, copy: number, common: ReadonlySet<string>): string {
  return copy === 0 ? text : text.replace(NAME, (name) => (common.has(name) ? name : name + ending(copy >> sharing(name))));
}

/** A name is shared by 2^this copies. */
function sharing(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = mix(hash, name.charCodeAt(i));
  return Math.clz32(hash | 1);
}

/** Letters alone, so that a name stays one word more than it was and its first words stay what they were. */
function ending(number: number): string {
  let letters = '';
  for (let left = number; left > 0; left = Math.floor(left / 26)) letters = String.fromCharCode(97 + (left % 26)) + letters;
  return letters === '' ? '' : `z${letters}`;
}
