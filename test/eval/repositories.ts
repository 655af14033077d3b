import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EvalError } from './evalError.js';

/** The bare repository of owner/name: `<repos>/owner+name/repo`. Throws EvalError when it is not there. */
export function repositoryFolder(repos: string, repo: string): string {
  const folder = resolve(repos, repo.replace('/', '+'), 'repo');
  if (!existsSync(join(folder, 'HEAD'))) {
    throw new EvalError(`${repo}: no bare repository at ${folder}; make one with git clone --bare, or give another --repos`);
  }
  return folder;
}

/**
 * Where evaluation keeps the database of one repository for one model: never in the repository.
 * @param databases folder of all of them; in the user's cache without
 */
export function databaseFolder(repositoryFolder: string, modelId: string, databases = join(cacheFolder(), 'hefc', 'eval')): string {
  const key = createHash('sha256').update(`${resolve(repositoryFolder)}\n${modelId}`).digest('hex').slice(0, 16);
  return join(databases, key);
}

function cacheFolder(): string {
  const own = process.env['XDG_CACHE_HOME'];
  if (own !== undefined && own !== '') return own;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  return join(homedir(), '.cache');
}
