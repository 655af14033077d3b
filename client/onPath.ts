import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The first program of one of these names on the PATH, as an absolute path; undefined: none. Entries that are not absolute
 * are passed over: what lies in the working directory is never run by accident.
 */
export function programOnPath(names: readonly string[], { PATH, Path }: NodeJS.ProcessEnv): string | undefined {
  for (const folder of (PATH ?? Path ?? '').split(path.delimiter).filter((one) => path.isAbsolute(one))) {
    const found = names.map((name) => path.join(folder, name)).find(isProgram);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As a shell sees it: a file that may be run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What `hefc` may be called. */
export const HEFC_NAMES: readonly string[] = process.platform === 'win32' ? ['hefc.cmd', 'hefc.exe'] : ['hefc'];
