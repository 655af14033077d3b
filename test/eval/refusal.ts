import * as assert from 'uvu/assert';
import { EvalError } from './evalError.js';

/** The one-line message an action is refused with. */
export async function refusal(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    assert.instance(error, EvalError);
    assert.not.match((error as Error).message, /\n/);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}
