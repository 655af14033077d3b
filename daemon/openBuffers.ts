/**
 * Texts of files that are open in editors and not committed. Each connection tells its own and takes them along when it
 * ends; of two that name one file the later counts.
 */

export interface OpenBuffers {
  /** `text` undefined: the file is closed, or as committed. */
  set(connection: string, worktree: string, path: string, text: string | undefined): void;
  /** Path in the tree → text, of one worktree; another map once anything changed. */
  of(worktree: string): ReadonlyMap<string, string>;
  /** A connection has ended. */
  forget(connection: string): void;
}

const NONE: ReadonlyMap<string, string> = new Map();
/** Texts that one connection may leave here. */
const MOST = 64;

interface Buffer {
  connection: string;
  worktree: string;
  path: string;
  text: string;
}

export function createOpenBuffers(): OpenBuffers {
  let buffers: Buffer[] = [];
  const merged = new Map<string, ReadonlyMap<string, string>>();

  function replace(kept: Buffer[], changed: readonly Buffer[]): void {
    buffers = kept;
    for (const { worktree } of changed) merged.delete(worktree);
  }

  return {
    set(connection, worktree, path, text) {
      const mine = (one: Buffer): boolean => one.connection === connection && one.worktree === worktree && one.path === path;
      const before = buffers.filter(mine);
      if (before[0]?.text === text) return;
      const added = text === undefined ? [] : [{ connection, worktree, path, text }];
      const kept = [...buffers.filter((one) => !mine(one)), ...added];
      const own = kept.filter((one) => one.connection === connection);
      // The ones told of first go.
      const dropped = new Set(own.slice(0, Math.max(0, own.length - MOST)));
      replace(kept.filter((one) => !dropped.has(one)), [...before, ...added, ...dropped]);
    },
    of(worktree) {
      let found = merged.get(worktree);
      if (found === undefined) {
        const here = buffers.filter((one) => one.worktree === worktree);
        found = here.length === 0 ? NONE : new Map(here.map(({ path, text }) => [path, text]));
        merged.set(worktree, found);
      }
      return found;
    },
    forget(connection) {
      const gone = buffers.filter((one) => one.connection === connection);
      replace(buffers.filter((one) => one.connection !== connection), gone);
    },
  };
}
