/** Questions that only watch: they neither start a daemon nor keep an idle one from ending. */
import { NoDaemonError } from '../../daemon/ipc/errors.js';
import { buildReplaced } from '../../daemon/ipc/packageRoot.js';
import type { MethodName, Methods } from '../../daemon/ipc/protocol.js';
import { withDaemon } from '../session.js';
import { HttpError } from './reply.js';

const CALL_MS = 10_000;
export const UPDATED = 'hefc was updated while this server ran; stop it and start it again';

/** undefined: no daemon runs. Rejects with CallError, or HttpError after an update: a daemon of another build would be stopped. */
export async function observe<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result'] | undefined> {
  if (buildReplaced()) throw new HttpError(503, UPDATED);
  try {
    return await withDaemon((connection) => connection.call(method, params, { timeout: CALL_MS }), { start: false, watching: true });
  } catch (error) {
    if (error instanceof NoDaemonError) return undefined;
    throw error;
  }
}
