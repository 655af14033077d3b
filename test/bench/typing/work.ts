/** Work as a person does it: files are opened and typed in, now and then committed, now and then another branch is looked at. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workbench } from '../workbench.js';
import { changesOf, laterCommits, type Change } from './history.js';
import type { Keyboard } from './keyboard.js';

/** Lines typed between two commits, and commits between two looks at the branch the work started from. */
const LINES_A_COMMIT = 5;
const COMMITS_A_SWITCH = 6;
/** Time spent on the other branch. */
const LOOK_MS = 1000;
/** The rest of a longer line is pasted. */
const LONGEST = 120;

export interface Done {
  lines: number;
  commits: number;
  switches: number;
}

/** Types later commits from the first on, over and over, until it is `over`; counts in `done`. */
export async function work(bench: Workbench, keyboard: Keyboard, over: () => boolean, done: Done): Promise<void> {
  const commits = laterCommits(bench);
  const start = commits[0]!.parent;
  bench.git('checkout', '--quiet', '-B', 'bench-start', start);
  bench.git('checkout', '--quiet', '-b', 'bench-typing');
  while (!over()) {
    for (const later of commits) {
      for (const change of changesOf(bench, later)) {
        await type(change);
        if (over()) return;
      }
      // What was not typed (other files, the rest of a large commit) arrives at once, as a pull does.
      await commit('read-tree', '--reset', '-u', later.commit);
      if (over()) return;
    }
    await commit('read-tree', '--reset', '-u', start);
  }

  async function commit(...before: string[]): Promise<void> {
    // Git is waited for here, so nothing may be under way whose time it would add to.
    await keyboard.settled();
    bench.git(...before);
    bench.git('commit', '--quiet', '--allow-empty', '--no-verify', '--message', `Work ${done.commits}`);
    if (++done.commits % COMMITS_A_SWITCH !== 0) return;
    bench.git('checkout', '--quiet', 'bench-start');
    await sleep(LOOK_MS);
    bench.git('checkout', '--quiet', 'bench-typing');
    done.switches++;
  }

  async function type({ path, hunks }: Change): Promise<void> {
    const file = join(bench.repo, path);
    const lines = readOrEmpty(file).split('\n');
    const save = async (): Promise<void> => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, lines.join('\n'));
      await commit('add', '--', path);
    };
    for (const { at, removed, added } of hunks) {
      lines.splice(at, removed);
      for (const [offset, text] of added.entries()) {
        const line = at + offset;
        const above = lines.slice(0, line).map((each) => `${each}\n`).join('');
        const below = lines.slice(line).map((each) => `\n${each}`).join('');
        // Enter brings the indentation with it.
        const indentation = /^\s*/.exec(text)![0].length;
        for (let length = indentation; length <= Math.min(text.length, LONGEST) && !over(); length++) {
          await keyboard.press({ file, above, left: text.slice(0, length), below, line });
        }
        lines.splice(line, 0, text);
        if (++done.lines % LINES_A_COMMIT === 0) await save();
        if (over()) return;
      }
    }
    await save();
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
