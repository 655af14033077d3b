/** A fault of the caller's input: its message is one line that names the cause and the fix. */
export class EvalError extends Error {
  override readonly name = 'EvalError';
}
