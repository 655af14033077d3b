import { execFile } from 'node:child_process';
import type { UserPlace } from './userPlace.js';

const VERSION_MS = 10_000;

/** The first number with a dot that a program says, such as 0.9.5; undefined: it does not run, or says none. */
export function versionOf(program: string, args: readonly string[], { home, environment }: UserPlace): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: home, env: { ...environment, HOME: home }, timeout: VERSION_MS, killSignal: 'SIGKILL' }, (error, stdout) => resolve(error === null ? /\d+(?:\.\d+)+/.exec(stdout)?.[0] : undefined)).stdin?.end();
  });
}
