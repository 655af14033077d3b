import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The file under its own name, its folder with links resolved, so that it compares with the worktree's root. */
export function placed(file: string): string {
  let folder = dirname(file);
  let rest = basename(file);
  for (;;) {
    try {
      return join(realpathSync(folder), rest);
    } catch {
      if (dirname(folder) === folder) return file;
      rest = join(basename(folder), rest);
      folder = dirname(folder);
    }
  }
}
