/** Reads people's configuration, within bounds and without running any of it, for lines about hefc. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { placed, type UserPlace } from './userPlace.js';

const MOST_FILES = 500;
const MOST_BYTES = 512 * 1024;
const DEEPEST = 4;
/** Other people's code, and what editors write themselves. */
const NOT_ENTERED = /^(\.git|node_modules|elpa|eln-cache|straight|plugged|bundle|pack|undo|swap|backup|auto-save-list)$/;

export interface Mention {
  file: string;
  /** Trimmed. */
  line: string;
}

/** Lines about hefc that are no comments. `roots`: files, or folders with files whose names match. */
export function mentionsOf(roots: readonly string[], files: RegExp, comment: string, place: UserPlace): Mention[] {
  const found: string[] = [];
  for (const root of roots) gather(placed(root, place), files, DEEPEST, found, true);
  return found.flatMap((file) =>
    textOf(file)
      .split('\n')
      .map((line) => line.trim())
      // Vim's own comments stand in files of Neovim too.
      .filter((line) => /\bhefc\b/i.test(line) && !line.startsWith(comment) && !(comment === '--' && line.startsWith('"')))
      .map((line) => ({ file, line })),
  );
}

function gather(place: string, files: RegExp, deeper: number, found: string[], root = false): void {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined || found.length >= MOST_FILES) return;
  if (stat.isFile() && stat.size <= MOST_BYTES && (root || files.test(place))) found.push(place);
  if (!stat.isDirectory() || deeper < 0) return;
  for (const name of namesIn(place)) if (!NOT_ENTERED.test(name)) gather(path.join(place, name), files, deeper - 1, found);
}

/** Sorted; none where the folder cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** '' where the file cannot be read, is none, or is larger than any configuration. */
export function textOf(file: string): string {
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

/** Absolute paths with hefc in them, `~` and $HOME filled in; those with other variables or patterns are left out. */
export function pathsIn(line: string, { home }: UserPlace): string[] {
  const found = line.matchAll(/(?<![\w:/.$%}~-])((?:~|\$HOME|\$\{HOME\})?\/[^\s"'`,;()[\]{}<>]*hefc[^\s"'`,;()[\]{}<>]*)/g);
  return [...found].map(([, one = '']) => one.replace(/^(~|\$HOME|\$\{HOME\})/, () => home)).filter((one) => !/[*$%]/.test(one));
}

/** What a pattern with `*` in place of names, or at the end of one, stands for. */
export function matching(pattern: string, place: UserPlace): string[] {
  const [root = '', ...rest] = placed(pattern, place).split('/*/');
  const folders = rest.reduce<string[]>((starts, next) => starts.flatMap((start) => namesIn(start).map((name) => path.join(start, name, next))), [root.replace(/\/\*$/, '/*')]);
  return folders.flatMap((one) => (one.endsWith('*') ? namesIn(path.dirname(one)).filter((name) => name.startsWith(path.basename(one).slice(0, -1))).map((name) => path.join(path.dirname(one), name)) : [one])).filter((one) => existsSync(one));
}
