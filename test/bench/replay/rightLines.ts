/**
 * How many lines of a suggestion are what is meant, from its first on: the rest of the line that is typed, then whole lines, all
 * but trailing blanks. A first line of nothing but blanks counts for none.
 */
export function rightLines(suggestion: string, meant: readonly string[]): number {
  const lines = suggestion.split('\n');
  let right = 0;
  while (right < lines.length && right < meant.length && lines[right]!.trimEnd() === meant[right]!.trimEnd()) right++;
  return lines[0]!.trim() === '' ? 0 : right;
}
