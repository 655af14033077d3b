/** The token that clients of the HTTP door send: made once, kept in hefc's state folder, and readable by its owner alone. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stateFolder } from '../../daemon/ipc/paths.js';
import { EXIT, Failure, fileFailure } from '../failure.js';

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function tokenPath(): string {
  return path.join(stateFolder(), 'http-token');
}

/** `made`: there was none before. Throws Failure: a file that others can read, or that holds no token. */
export function keptToken(): { token: string; made: boolean } {
  const file = tokenPath();
  const token = newToken();
  try {
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
    return { token, made: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileFailure(`write ${file}`, error);
  }
  return { token: read(file), made: false };
}

function read(file: string): string {
  const stat = lstatSync(file);
  if (!stat.isFile()) throw new Failure(EXIT.failed, `${file} is not a plain file; remove it and run the command again`);
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) throw new Failure(EXIT.failed, `${file} can be read by others; remove it, for a new token, or run: chmod 600 '${file}'`);
  const token = readFileSync(file, 'utf8').trim();
  if (!/^[\w-]{20,}$/.test(token)) throw new Failure(EXIT.failed, `${file} holds no token; remove it and run the command again`);
  return token;
}

/** Compares in a time that tells nothing about the tokens. */
export function isOneOf(given: string, tokens: readonly string[]): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return tokens.map((token) => timingSafeEqual(digest(token), digest(given))).includes(true);
}
