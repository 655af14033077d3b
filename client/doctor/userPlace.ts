/** Whose set-up is checked. */
import { homedir } from 'node:os';
import path from 'node:path';

export interface UserPlace {
  home: string;
  environment: NodeJS.ProcessEnv;
}

export function thisUser(): UserPlace {
  return { home: homedir(), environment: process.env };
}

/** `~/`, `$config/` and `$data/` at the beginning stand for the user's folders. */
export function placed(wanted: string, { home, environment }: UserPlace): string {
  return wanted
    .replace(/^~(?=\/)/, () => home)
    .replace(/^\$config(?=\/)/, () => environment['XDG_CONFIG_HOME'] || path.join(home, '.config'))
    .replace(/^\$data(?=\/)/, () => environment['XDG_DATA_HOME'] || path.join(home, '.local', 'share'));
}

/** As people write it. */
export function shortened(file: string, { home }: UserPlace): string {
  return file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
}
