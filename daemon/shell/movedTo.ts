import { normalize } from 'node:path/posix';
import { commandStarts } from './quoting.js';

const MOVES = /(?:^|&&|;|\|\||\n|\()\s*cd\s+(?:--\s+)?([\w.@+-][\w.@+/-]*)\s*(?=&&|;|\n)/g;

/** The folder in which the command at the end of `left` would run: `cd web && make` is asked for web's targets. '' is the root. */
export function movedTo(folder: string, left: string): string {
  const before = left.slice(0, commandStarts(left).at(-1) ?? 0);
  let at = folder;
  for (const [, step = ''] of before.matchAll(MOVES)) {
    const next = normalize(`${at === '' ? '.' : at}/${step}`).replace(/\/$/, '');
    // Out of the repository: what is typed there is another's matter.
    if (next.startsWith('..')) return folder;
    at = next === '.' ? '' : next;
  }
  return at;
}
