/**
 * Drafts by copying: finds the last place where the most recent tokens stood before and returns what followed there.
 *
 * `written` is what has been generated, `sources` are searched in order, each from its end; the match is of `reach`
 * tokens. A source may be a prompt's rows: a draft ends before the first that `isText` denies (a mark, a memory vector),
 * and a place followed by none but such is no match. Returns at most `length` tokens, none when there is no match.
 */
export function draftByCopying(written: number[], sources: number[][], length: number, reach: number, isText: (row: number) => boolean): number[] {
  if (written.length < reach) return [];
  const tail = written.slice(-reach);
  for (const source of sources) {
    for (let at = source.length - reach - 1; at >= 0; at--) {
      if (!tail.every((token, i) => source[at + i] === token)) continue;
      const followed = source.slice(at + reach, at + reach + length);
      const end = followed.findIndex((row) => !isText(row));
      const draft = end < 0 ? followed : followed.slice(0, end);
      if (draft.length > 0) return draft;
    }
  }
  return [];
}
