/**
 * Git names are bytes. A name that is valid UTF-8 becomes that string; any other name keeps its ASCII bytes and turns
 * every byte b ≥ 0x80 into the lone surrogate U+DC00 + b. Nothing is lost, no two names meet, and
 * `isUtf8Name` tells the two kinds apart (the indexer may skip the others as 'not-utf8').
 */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
  }
}

/** False for a name whose bytes are not valid UTF-8. */
export function isUtf8Name(name: string): boolean {
  return !/\p{Surrogate}/u.test(name);
}

/** The inverse of decodeName. */
export function encodeName(name: string): Buffer {
  if (isUtf8Name(name)) return Buffer.from(name, 'utf8');
  return Buffer.from(Array.from(name, (character) => character.charCodeAt(0) & 0xff));
}
