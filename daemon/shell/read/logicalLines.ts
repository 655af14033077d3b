import { isWhole } from '../quoting.js';

/** Lines that one quote may span before it is taken for an odd character. */
const LONGEST_QUOTE = 40;
/** Such quotes looked for in one text: one that is full of apostrophes is no script, and would take long. */
const MOST_QUOTES = 200;

/** Place of the first line from `from` on that passes; -1 without one. Stops before `end`. */
export function lineFrom(lines: readonly string[], from: number, passes: (line: string) => boolean, end = lines.length): number {
  for (let at = from; at < Math.min(end, lines.length); at++) if (passes(lines[at]!)) return at;
  return -1;
}

/**
 * The lines of a shell text as a shell reads them: joined where one ends in `\`, without here-documents, and without what spans
 * lines by a quote or a parenthesis. `line` is 1-based.
 */
export function* logicalLines(text: string): Generator<{ text: string; line: number }> {
  const lines = text.split(/\r?\n/);
  let quotes = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let joined = lines[i]!;
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(joined) && i + 1 < lines.length) joined = `${joined.slice(0, -1).trimEnd()} ${lines[++i]!.trim()}`;
    const marker = /<<-?\s*(['"]?)([A-Za-z_]\w*)\1/.exec(joined)?.[2];
    if (marker !== undefined) {
      const end = lineFrom(lines, i + 1, (one) => one.trim() === marker);
      if (end > 0) i = end;
      continue;
    }
    if (!isWhole(joined) && quotes++ < MOST_QUOTES) {
      let whole = joined;
      const end = lineFrom(lines, i + 1, (one) => isWhole((whole += `\n${one}`)), i + 1 + LONGEST_QUOTE);
      if (end > 0) {
        i = end;
        continue;
      }
    }
    yield { text: joined, line };
  }
}
