/**
 * The same text in memory of its own. A piece cut out of a text keeps the whole of it alive, which is too much for what
 * is kept longer than a request. A lone surrogate becomes U+FFFD.
 */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
