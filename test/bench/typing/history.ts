/** The later commits of a repository, as work to be typed anew. */
import type { Workbench } from '../workbench.js';
import { readHunks, type Hunk } from './hunks.js';

export interface Change {
  /** Path inside the repository. */
  path: string;
  hunks: Hunk[];
}

export interface LaterCommit {
  commit: string;
  parent: string;
}

const COMMITS = 200;
const SOURCE = /\.(py|[cm]?[jt]sx?|go|rs|java|c|h|cc|cpp|hpp)$/;
/** A commit of thousands of lines would be all that is typed. */
const LINES_A_COMMIT = 120;

/** Oldest first. Throws when there is no history. */
export function laterCommits(bench: Workbench): LaterCommit[] {
  const commits = bench.git('rev-list', '--first-parent', `--max-count=${COMMITS + 1}`, 'HEAD').split('\n').reverse();
  if (commits.length < 2) throw new Error('the repository has a single commit, so there is nothing to type; give another --repo');
  return commits.slice(1).map((commit, at) => ({ commit, parent: commits[at]! }));
}

/** What of a commit is typed: source files it added to, up to a number of lines in all. */
export function changesOf(bench: Workbench, { commit, parent }: LaterCommit): Change[] {
  const paths = bench.git('diff', '--name-only', '-z', '--no-renames', '--diff-filter=AM', parent, commit).split('\0').filter((path) => SOURCE.test(path));
  const changes: Change[] = [];
  let left = LINES_A_COMMIT;
  for (const path of paths) {
    if (left <= 0) break;
    const hunks: Hunk[] = [];
    for (const hunk of readHunks(bench.git('diff', '--unified=0', '--no-color', '--no-renames', '--no-ext-diff', parent, commit, '--', path))) {
      if (left <= 0) break;
      left -= hunk.added.length;
      hunks.push(hunk);
    }
    if (hunks.some(({ added }) => added.length > 0)) changes.push({ path, hunks });
  }
  return changes;
}
