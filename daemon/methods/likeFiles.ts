import { CallError } from '../ipc/errors.js';
import { locate, type Handler } from './context.js';

export const likeFiles: Handler<'likeFiles'> = async (daemon, { params: { repo, above, below } }) => {
  if (typeof above !== 'string' || typeof below !== 'string') throw new CallError('usage', 'the texts above and below the cursor must be strings');
  const served = await daemon.repositories.openSetUp(await locate(repo));
  return { files: served?.repository.likeFiles({ above, below }) ?? [] };
};
