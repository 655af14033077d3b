import { isWhole } from '../quoting.js';

/** Lines that one quote may span before it is taken for an odd character. */
const LONGEST_QUOTE = 40;

/**
 * The lines of a shell text as a shell reads them: joined where one ends in `\`, without here-documents, and without what spans
 * lines by a quote or a parenthesis. `line` is 1-based.
 */
export function* logicalLines(text: string): Generator<{ text: string; line: number }> {
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let joined = lines[i]!;
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(joined) && i + 1 < lines.length) joined = `${joined.slice(0, -1).trimEnd()} ${lines[++i]!.trim()}`;
    const marker = /<<-?\s*(['"]?)([A-Za-z_]\w*)\1/.exec(joined)?.[2];
    if (marker !== undefined) {
      const end = lines.findIndex((one, at) => at > i && one.trim() === marker);
      if (end > 0) i = end;
      continue;
    }
    if (!isWhole(joined)) {
      let whole = joined;
      const end = lines.findIndex((one, at) => at > i && at <= i + LONGEST_QUOTE && isWhole((whole += `\n${one}`)));
      if (end > 0) {
        i = end;
        continue;
      }
    }
    yield { text: joined, line };
  }
}
