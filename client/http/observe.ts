/** Questions that only watch: they start no daemon, for who watches must not be what keeps it running. */
import { NoDaemonError } from '../../daemon/ipc/errors.js';
import type { MethodName, Methods } from '../../daemon/ipc/protocol.js';
import { withDaemon } from '../session.js';

const CALL_MS = 10_000;

/** undefined: no daemon runs. Rejects with CallError. */
export async function observe<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result'] | undefined> {
  try {
    return await withDaemon((connection) => connection.call(method, params, { timeout: CALL_MS }), { start: false });
  } catch (error) {
    if (error instanceof NoDaemonError) return undefined;
    throw error;
  }
}
