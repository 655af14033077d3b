/** Which blobs of the open tree are the edited file itself: its text is the buffer's, so they are never copied from. */
import { hashExact } from './lineHash.js';
import type { LineIndex } from './lineIndex.js';

export interface EditedFile {
  /** Path in the tree, '/'-separated. */
  readonly path: string;
  /** True for its stored text, wherever else in the tree an identical copy stands. */
  isOwn(oid: string): boolean;
}

/** A file of this many telling lines, this share of which stands in the buffer, is the buffer's under an earlier path. */
const FEWEST_LINES = 10;
const SHARE = 0.8;
/** Sets hold hashes as signed numbers, which the engine looks up several times as fast. */
const signed = (line: string): number => hashExact(line) | 0;
/** Lines that stand in most files, and so tell nothing. */
const TRIVIAL: ReadonlySet<number> = new Set(
  ['{', '}', '};', '},', '(', ')', ');', '),', '):', '[', ']', '];', '],', '})', '});', '}),', '])', ']);', '"""', "'''", '/**', '/*', '*', '*/', '#', '//',
    'else', 'else:', 'else {', '} else {', 'try:', 'try {', 'do', 'do {', 'begin', 'end', 'fi', 'done', 'pass', 'break', 'break;', 'continue', 'continue;',
    'return', 'return;', 'default:', '<div>', '</div>'].map(signed),
);

/**
 * @param path as the buffer is named; one that the tree lacks is a new file, or one renamed and not committed yet: then
 * the blobs most of whose lines stand in the buffer are its own
 */
export function editedFile(index: LineIndex, path: string, prefix: string, suffix: string | null): EditedFile {
  const stored = index.oidOf(path);
  if (stored !== undefined) return { path, isOwn: (oid) => oid === stored };
  let buffer: Set<number> | undefined;
  const known = new Map<string, boolean>();
  return {
    path,
    isOwn(oid) {
      let own = known.get(oid);
      if (own === undefined) {
        buffer ??= new Set(`${prefix}${suffix ?? ''}`.split('\n').map((line) => signed(line.trim())));
        known.set(oid, (own = standsIn(buffer, index.exactOf(oid))));
      }
      return own;
    },
  };
}

/** Gives up as soon as too many lines are missing: nearly every blob is another file's. */
function standsIn(buffer: ReadonlySet<number>, lines: Uint32Array): boolean {
  const allowed = lines.length * (1 - SHARE);
  let missing = 0;
  let present = 0;
  for (let k = 0; k < lines.length; k++) {
    const line = lines[k]! | 0;
    if (TRIVIAL.has(line)) continue;
    if (buffer.has(line)) present++;
    else if (++missing > allowed) return false;
  }
  return present + missing >= FEWEST_LINES && present >= SHARE * (present + missing);
}
