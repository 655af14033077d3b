/** Errors that cross the wire, and the one that says there is no wire. */
import type { WireError } from './protocol.js';

/** An error with a code of the closed list; its message is one line that names the cause and the fix. */
export class CallError extends Error {
  constructor(
    readonly code: WireError['code'],
    message: string,
  ) {
    super(message);
    this.name = 'CallError';
  }
}

/** No daemon could be reached or started (exit code 3 of the command). */
export class NoDaemonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoDaemonError';
  }
}

/** Where a store error is not about the database itself. */
const STORE_CODES: Readonly<Record<string, WireError['code']>> = {
  'not-a-repository': 'not-a-repository',
  'unsupported-repository': 'unsupported',
  busy: 'busy',
};

/** Any thrown value as a wire error; errors of other rooms carry their own `code`, which is mapped, never sent raw. */
export function toWireError(error: unknown): WireError {
  if (error instanceof CallError) return { code: error.code, message: error.message };
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? 'unknown error';
  const name = error instanceof Error ? error.name : '';
  if (name === 'AbortError') return { code: 'cancelled', message: 'the call was cancelled' };
  if (name === 'StoreError') return { code: STORE_CODES[(error as { code?: string }).code ?? ''] ?? 'database', message };
  return { code: 'internal', message };
}
