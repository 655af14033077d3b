/** The repository of the working directory: hooks, database folder, index. No repository is no failure. */
import { accessSync, constants, lstatSync } from 'node:fs';
import { NotARepository } from '../../hooks/notARepository.js';
import { hooksStatus, type HooksStatus } from '../../hooks/status.js';
import { withDaemon } from '../session.js';
import { hefcFolder } from '../../daemon/ipc/paths.js';
import { isSetUp } from '../setUp.js';
import { finding, type Finding } from './check.js';
import { diskFinding } from './surroundings.js';

export async function repositoryFindings(place: string): Promise<Finding[]> {
  let hooks: HooksStatus;
  try {
    hooks = hooksStatus(place);
  } catch (error) {
    if (!(error instanceof NotARepository)) return [{ name: 'repository', state: 'failed', detail: (error as Error).message, fix: 'check Git and the repository: git status' }];
    return [{ name: 'repository', state: 'ok', detail: 'none here; run hefc doctor inside one to check it too' }];
  }
  const folder = hefcFolder(hooks.commonDir);
  if (!isSetUp(hooks.commonDir)) return [{ name: 'repository', state: 'warning', detail: `${hooks.top} is not set up`, fix: 'hefc init' }, await diskFinding(hooks.commonDir)];
  return [
    hooksFinding(hooks),
    await finding('database folder', `chown it to yourself and: chmod 700 '${folder}'`, () => {
      const stat = lstatSync(folder);
      if (!stat.isDirectory()) throw new Error(`${folder} is not a plain folder`);
      if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) throw new Error(`${folder} is open to other users`);
      accessSync(folder, constants.R_OK | constants.W_OK);
      return folder;
    }),
    await diskFinding(folder),
    await finding('index', 'run: hefc index --wait', async () => {
      const { repo } = await withDaemon((connection) => connection.call('status', { repo: place }, { timeout: 10_000 }));
      if (repo === null) throw new Error('the daemon does not see a repository here');
      if (repo.state === 'error') throw new Error(repo.error ?? 'indexing failed');
      return `${repo.state}, ${Math.floor(repo.indexed * 100)} %, ${repo.chunks} chunks`;
    }),
  ];
}

function hooksFinding(hooks: HooksStatus): Finding {
  const name = 'hooks';
  if (hooks.refused !== undefined && hooks.hooks.every(({ state }) => state === 'absent')) return { name, state: 'warning', detail: hooks.refused, fix: 'none needed: the index is brought up to date at each request; or: hefc hooks install --shared' };
  const missing = hooks.hooks.filter(({ state }) => state !== 'installed');
  if (missing.length === 0) return { name, state: 'ok', detail: `4 in ${hooks.folder}` };
  const first = missing[0];
  return { name, state: 'warning', detail: missing.map(({ hook, state, why }) => why ?? `${hook} is ${state}`).join('; '), fix: first?.fix ?? 'hefc hooks install' };
}
