/**
 * `hefc complete` alone, which an editor may start at every pause in typing. `npm run build` makes this and all it
 * imports into one file, quick.cjs, since most of what the command adds to Node's own start is loading modules.
 */
import { complete } from './commands/complete.js';
import { endAtClosedPipe, fail } from './failure.js';
import { readPlace } from './place.js';

/** Runs the command, if the arguments after `hefc` are plainly a completion; false: nothing was done. */
export function completeQuickly(args: readonly string[]): boolean {
  const options = args[0] === 'complete' ? readPlace(args.slice(1)) : undefined;
  if (options === undefined) return false;
  endAtClosedPipe();
  complete(options).catch(fail);
  return true;
}
