/**
 * What the hooks leave behind: one line `<hook>\t<git common dir>\t<worktree or git dir>` an event, appended to
 * `<common dir>/hefc/spool`. Lines are hints: the indexer looks at HEAD itself.
 */
import { existsSync, lstatSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, watch } from 'node:fs';
import { join } from 'node:path';
import { errorFacts, log } from './log.js';
import { hefcFolder } from './ipc/paths.js';

export interface SpoolLine {
  hook: string;
  commonDir: string;
  worktree: string;
}

/** How long a burst of lines may settle before it is read, in ms: a checkout to a seen branch must be over in 100. */
const SETTLE_MS = 10;
/** How often the folder is looked at where it cannot be watched, in ms. */
const LOOK_MS = 2000;
/** A spool larger than this lost its meaning as single lines: it counts as one event. */
const MAX_BYTES = 1024 * 1024;

function parse(text: string): SpoolLine[] {
  const lines: SpoolLine[] = [];
  for (const line of text.split('\n')) {
    const [hook, commonDir, worktree] = line.split('\t');
    if (hook && commonDir && worktree) lines.push({ hook, commonDir, worktree });
  }
  return lines;
}

/** Whatever stands there, a folder too; what cannot be removed is left, and the reflog is glanced at instead. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true, recursive: true });
  } catch (error) {
    log('spool not cleared', errorFacts(error));
  }
}

/** Takes all lines and leaves no spool; a hook that writes meanwhile starts a new one. */
export function drainSpool(commonDir: string): SpoolLine[] {
  const spool = join(hefcFolder(commonDir), 'spool');
  const taken = join(hefcFolder(commonDir), 'spool.taken');
  const lines: SpoolLine[] = [];
  // First what an earlier daemon took and did not live to act on.
  for (const move of [false, true]) {
    try {
      if (move) renameSync(spool, taken);
      if (!lstatSync(taken).isFile()) throw new Error('something else stands in its place');
      let text = '';
      // A hook may have opened the file before it was renamed: read until it no longer grows.
      while (statSync(taken).size > Buffer.byteLength(text) && Buffer.byteLength(text) <= MAX_BYTES) text = readFileSync(taken, 'utf8');
      lines.push(...parse(text));
      unlinkSync(taken);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') remove(taken);
    }
  }
  return lines;
}

/** Calls back when the spool or the folder itself may have changed; returns a way to stop. */
function watchFolder(folder: string, onChange: () => void, onGone: () => void): () => void {
  try {
    const watcher = watch(folder, { persistent: false }, (event, name) => {
      // The database lies in the same folder and writes often: only the spool and the folder's own end count.
      if (name === 'spool' || (event === 'rename' && name === 'hefc')) onChange();
    });
    watcher.on('error', onGone);
    return () => watcher.close();
  } catch (error) {
    log('spool not watched', errorFacts(error));
    const look = setInterval(onChange, LOOK_MS).unref();
    return () => clearInterval(look);
  }
}

/**
 * Watches one repository's spool (by the system's notifications; by time where there are none left) and hands over its
 * lines in bursts.
 */
export function watchSpool(commonDir: string, onLines: (lines: SpoolLine[]) => void, onGone: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const read = (): void => {
    timer = undefined;
    if (closed) return;
    if (!existsSync(hefcFolder(commonDir))) return onGone();
    const lines = drainSpool(commonDir);
    if (lines.length > 0) onLines(lines);
  };
  const stop = watchFolder(hefcFolder(commonDir), () => (timer ??= setTimeout(read, SETTLE_MS)), onGone);
  timer = setTimeout(read, 0);
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      stop();
    },
  };
}
