/** The memories of all tasks, gathered before the first is run, so that each can be given another's. */
import type { PromptContext } from '../../daemon/complete/context.js';
import { EvalError } from './evalError.js';
import { besides, othersMemory, vectorsIn, type MemorySource } from './studyMemory.js';
import type { Task } from './tasks.js';

/** Other tasks looked through for one memory. */
const OTHERS = 8;

export interface HarmfulMemory {
  foreign(task: Task): PromptContext;
  shuffled(task: Task, source: MemorySource): PromptContext;
}

/** Throws EvalError where a task has no other whose memory it could be given. */
export function createHarmfulMemory(own: ReadonlyMap<Task, PromptContext>): HarmfulMemory {
  const tasks = [...own.keys()];
  const repos = [...new Set(tasks.map((task) => task.repo))];
  const ofRepo = new Map(repos.map((repo) => [repo, tasks.filter((task) => task.repo === repo)]));
  const count = (task: Task): number => vectorsIn(own.get(task)!);
  return {
    foreign(task) {
      const other = repos[(repos.indexOf(task.repo) + 1) % repos.length]!;
      if (other === task.repo) throw new EvalError('hef-foreign: the tasks are all of one repository; add tasks of another, or leave this arm out');
      const others = following(ofRepo.get(other)!, ofRepo.get(task.repo)!.indexOf(task));
      return othersMemory(others.map((each) => own.get(each)!), count(task), () => true);
    },
    shuffled(task, { view }) {
      const mine = ofRepo.get(task.repo)!;
      const others = following(mine, mine.indexOf(task) + 1).filter((each) => each.path !== task.path);
      if (others.length === 0) throw new EvalError(`hef-shuffled: ${task.repo} has tasks of one file only; add tasks of other files, or leave this arm out`);
      return othersMemory(others.slice(0, OTHERS).map((each) => own.get(each)!), count(task), besides(view, task.path));
    },
  };
}

/** The list from a place on, round its end to just before it. */
function following<T>(items: readonly T[], at: number): T[] {
  const start = at % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
