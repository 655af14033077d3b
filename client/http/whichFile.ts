/**
 * Which file is a request about? These protocols do not say, but the daemon wants to know: it never looks up the file
 * that is being edited, prefers what lies near it, and reads the language from its name. So: what the client names; else
 * the file of the current commit that most lines of the request stand in; else a file that the client sent pieces of and
 * whose saved text agrees; else a name that no file has.
 */
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { CallError } from '../../daemon/ipc/errors.js';
import type { Link } from '../link.js';
import { guessExtension } from './guessExtension.js';
import { HttpError } from './reply.js';

export interface Asked {
  above: string;
  below: string;
  /** The client says so. */
  named?: string | undefined;
  /** Names of files that the client sent along: one of them may be it. */
  hints: readonly string[];
}

/** So much of a text must stand in a file for it to be that file's; fewer lines than this tell nothing. */
const SHARE = 0.5;
const FEWEST_LINES = 2;
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_HINTS = 32;
const CALL_MS = 2000;

/** Absolute path inside the repository. Throws HttpError 400 for a named file outside of it. */
export async function whichFile(link: Link, root: string, asked: Asked, signal: AbortSignal): Promise<string> {
  if (asked.named !== undefined) {
    const named = inside(root, asked.named);
    if (named === undefined) throw new HttpError(400, `${JSON.stringify(asked.named.slice(0, 200))} is no path in ${root}, which this server serves; name a file below it`);
    return named;
  }
  const hints = [...new Set(asked.hints)].slice(0, MAX_HINTS).flatMap((hint) => inside(root, hint) ?? []);
  return (await committed(link, root, asked, hints, signal)) ?? hints.find((hint) => agrees(hint, asked)) ?? path.join(root, `untitled.${guessExtension(`${asked.above}${asked.below}`)}`);
}

/** undefined: outside, by its name or by a link. A path without a root starts at the repository's. */
export function inside(root: string, name: string): string | undefined {
  if (name === '' || name.includes('\0')) return undefined;
  const file = path.resolve(root, name);
  const within = (place: string): boolean => place.startsWith(root + path.sep);
  if (!within(file)) return undefined;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      const real = realpathSync(folder);
      return real === root || within(real) ? file : undefined;
    } catch {
      if (!within(folder)) return undefined;
    }
  }
}

async function committed(link: Link, root: string, { above, below }: Asked, hints: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const { files } = await link.call('likeFiles', { repo: root, above, below }, { signal, timeout: CALL_MS }).catch((error: unknown) => {
    // The completion can do without, and tells what is wrong if it cannot.
    if (error instanceof CallError && error.code !== 'cancelled') return { files: [] };
    throw error;
  });
  const [first, ...others] = files.filter(({ lines, share }) => lines >= FEWEST_LINES && share >= SHARE);
  if (first === undefined) return undefined;
  // Copies of one file: one that was named, else the one last saved.
  const alike = [first, ...others.filter(({ lines }) => lines === first.lines)].map((one) => path.join(root, one.path));
  const saved = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return alike.find((file) => hints.includes(file)) ?? alike.reduce((a, b) => (saved(b) > saved(a) ? b : a));
}

/** Do the lines of the request stand in the file as it is saved? */
function agrees(file: string, { above, below }: Asked): boolean {
  try {
    const stat = lstatSync(file);
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return false;
    const saved = new Set(readFileSync(file, 'utf8').split('\n').map((line) => line.trim()));
    const lines = `${above}\n${below}`.split('\n').map((line) => line.trim()).filter((line) => line.length > 5);
    const found = lines.filter((line) => saved.has(line)).length;
    return found >= FEWEST_LINES && found >= SHARE * lines.length;
  } catch {
    return false;
  }
}
