import type { Database } from 'better-sqlite3';
import type { RefRow, RefState } from './types.js';

interface StoredRef {
  worktree: string;
  ref: string;
  commit: string;
  tree: string;
  scope: string;
  state: RefState;
  updated: number;
}

/** What tree the index of each worktree and branch stands at. */
export function createRefTable(db: Database) {
  const all = db.prepare<[], StoredRef>(
    `select worktree, ref, lower(hex(commit_oid)) as "commit", lower(hex(tree)) as tree, scope, state, updated
     from ref order by worktree, ref`,
  );
  const put = db.prepare(
    'insert or replace into ref (worktree, ref, commit_oid, tree, scope, state, updated) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('delete from ref where worktree = ? and ref = ?');
  return {
    all: (): RefRow[] =>
      all.all().map(({ tree, scope, ...row }) => ({ ...row, root: { tree, scope } })),
    put(row: RefRow): void {
      put.run(
        row.worktree, row.ref, Buffer.from(row.commit, 'hex'), Buffer.from(row.root.tree, 'hex'), row.root.scope,
        row.state, Math.trunc(row.updated),
      );
    },
    remove(worktree: string, ref: string): void {
      remove.run(worktree, ref);
    },
  };
}
