/** The lines the demonstration completes: real ones of this repository, found by their text so that edits may move them. */

export interface DemoPlace {
  /** Path from the repository's root. */
  file: string;
  /** The line to complete begins with `prefix`, where the cursor stands, and goes on with `expected`. */
  prefix: string;
  expected: string;
}

export interface FoundPlace extends DemoPlace {
  /** 1-based. */
  line: number;
  /** Lines above it. */
  above: string[];
  /** The buffer: the file without `expected`. */
  text: string;
}

export const DEMO_PLACES: readonly DemoPlace[] = [
  { file: 'client/commands/uninit.ts', prefix: '  const where = ', expected: 'findHooksFolder(process.cwd());' },
  { file: 'client/commands/gc.ts', prefix: '  if (options.json === true) ', expected: 'printJson(result);' },
];

/** Undefined when the file's text no longer holds the line. */
export function findPlace(place: DemoPlace, text: string): FoundPlace | undefined {
  const lines = text.split('\n');
  const at = lines.indexOf(place.prefix + place.expected);
  if (at < 0) return undefined;
  const above = lines.slice(0, at);
  return { ...place, line: at + 1, above, text: [...above, place.prefix, ...lines.slice(at + 1)].join('\n') };
}
