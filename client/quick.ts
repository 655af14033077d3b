/**
 * `hefc complete` and `hefc suggest` alone, which an editor may start at every pause in typing and a shell at a key. `npm run build` makes this and all it
 * imports into one file, quick.cjs, since most of what the command adds to Node's own start is loading modules.
 */
import { complete } from './commands/complete.js';
import { suggest } from './commands/suggest.js';
import { endAtClosedPipe, fail } from './failure.js';
import { readPlace } from './place.js';
import { readSuggest } from './suggestOptions.js';

/** Runs the command, if the arguments after `hefc` are plainly one of these; false: nothing was done. */
export function runQuickly([name, ...args]: readonly string[]): boolean {
  const run = prepared(name, args);
  if (run === undefined) return false;
  endAtClosedPipe();
  run().catch(fail);
  return true;
}

function prepared(name: string | undefined, args: readonly string[]): (() => Promise<void>) | undefined {
  if (name === 'complete') {
    const options = readPlace(args);
    return options && (() => complete(options));
  }
  const options = name === 'suggest' ? readSuggest(args) : undefined;
  return options && (() => suggest(options));
}
