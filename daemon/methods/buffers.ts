import { isAbsolute } from 'node:path';
import { HUGE_BYTES, refuseContent, refusePath } from '../chunker/refuse.js';
import { CallError } from '../ipc/errors.js';
import type { Handler } from './context.js';
import { filePlace } from './filePlace.js';

/** A file in no repository is nobody's context. What is refused is taken for closed, as its last text may not have been. */
export const buffers: Handler<'buffers'> = async (daemon, { params: { files }, connection, signal }) => {
  if (!Array.isArray(files)) throw new CallError('usage', 'the files must be a list of {file, text}');
  let kept = 0;
  for (const one of files as unknown[]) {
    const { file, text } = (one ?? {}) as { file?: unknown; text?: unknown };
    if (typeof file !== 'string' || !isAbsolute(file)) throw new CallError('usage', 'each file must be an absolute path');
    if (text !== null && typeof text !== 'string') throw new CallError('usage', `the text of ${file} must be a string, or null for a closed file`);
    const found = await filePlace(file).catch(() => undefined);
    // The connection may have ended meanwhile, and all that it told be forgotten.
    if (signal.aborted) break;
    if (found?.place.worktree == null) continue;
    const { place: { worktree }, path, isSecret } = found;
    const refused = text === null || isSecret || Buffer.byteLength(text) > HUGE_BYTES || refusePath(path) !== null || refuseContent(Buffer.from(text)) !== null;
    daemon.buffers.set(connection, worktree, path, refused ? undefined : text);
    if (!refused) kept++;
  }
  return { kept };
};
