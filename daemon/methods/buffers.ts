import { dirname, isAbsolute, relative, sep } from 'node:path';
import { HUGE_BYTES, refuseContent, refusePath } from '../chunker/refuse.js';
import { CallError } from '../ipc/errors.js';
import { locate, type Handler } from './context.js';
import { placed } from './placed.js';

/** A file in no repository is nobody's context. What is refused is taken for closed, as its last text may not have been. */
export const buffers: Handler<'buffers'> = async (daemon, { params: { files }, connection }) => {
  if (!Array.isArray(files)) throw new CallError('usage', 'the files must be a list of {file, text}');
  let kept = 0;
  for (const one of files as unknown[]) {
    const { file, text } = (one ?? {}) as { file?: unknown; text?: unknown };
    if (typeof file !== 'string' || !isAbsolute(file)) throw new CallError('usage', 'each file must be an absolute path');
    if (text !== null && typeof text !== 'string') throw new CallError('usage', `the text of ${file} must be a string, or null for a closed file`);
    const name = placed(file);
    const place = await locate(dirname(name)).catch(() => undefined);
    if (place?.worktree == null) continue;
    const path = relative(place.worktree, name).split(sep).join('/');
    const refused = text === null || Buffer.byteLength(text) > HUGE_BYTES || refusePath(path) !== null || refuseContent(Buffer.from(text)) !== null;
    daemon.buffers.set(connection, place.worktree, path, refused ? undefined : text);
    if (!refused) kept++;
  }
  return { kept };
};
