/** How near a predicted line is to the line that stood there. */

export interface LineScore {
  /** The stripped lines are equal. */
  em: boolean;
  /** 1 − Levenshtein distance / the longer length, over UTF-16 code units of the stripped lines; 0..1. */
  es: number;
  /** The lists of identifiers are equal, in order. */
  idEm: boolean;
}

/** Compares the prediction's first non-empty line with the target line, both stripped. */
export function scoreLine(prediction: string, target: string): LineScore {
  const said = firstLine(prediction);
  const wanted = target.trim();
  const longer = Math.max(said.length, wanted.length);
  return {
    em: said === wanted,
    es: longer === 0 ? 1 : 1 - levenshtein(said, wanted) / longer,
    idEm: identifiersOf(said).join('\n') === identifiersOf(wanted).join('\n'),
  };
}

/** The first line that is not blank, stripped; '' when there is none. */
export function firstLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).find((line) => line !== '') ?? '';
}

/** Names in the order they stand, of any of the languages; numbers are no names. */
export function identifiersOf(line: string): string[] {
  return line.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
}

/** Least number of insertions, deletions and replacements that turn a into b (Wagner–Fischer, one row). */
export function levenshtein(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      const replace = diagonal + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      row[j] = Math.min(replace, above + 1, row[j - 1]! + 1);
      diagonal = above;
    }
  }
  return row[b.length]!;
}
