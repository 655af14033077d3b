/**
 * Drafts by copying: finds the last place where the most recent tokens stood before and returns what followed there.
 *
 * `written` is what has been generated, `sources` are searched in order, each from its end; the match is of `reach`
 * tokens. Returns at most `length` tokens, none when there is no match.
 */
export function draftByCopying(written: number[], sources: number[][], length: number, reach: number): number[] {
  if (written.length < reach) return [];
  const tail = written.slice(-reach);
  for (const source of sources) {
    for (let at = source.length - reach - 1; at >= 0; at--) {
      if (tail.every((token, i) => source[at + i] === token)) return source.slice(at + reach, at + reach + length);
    }
  }
  return [];
}
