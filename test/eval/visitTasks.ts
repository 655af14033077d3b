/** Goes through tasks a repository at a time, each commit indexed once. */
import type { EngineRepository } from '../../daemon/engine/types.js';
import type { IndexProgress } from '../../daemon/ipc/protocol.js';
import type { Inference } from '../../models/types.js';
import { openBare } from './openBare.js';
import { readPrompt, type Prompt } from './prompt.js';
import type { MemorySource } from './studyMemory.js';
import type { Task } from './tasks.js';

export interface VisitOptions {
  /** The folder of a repository by its name; throws EvalError when there is none. */
  folderOf: (repo: string) => string;
  fim: boolean;
  inference: Inference;
  /** Opens a repository with a database outside it. */
  open: (folder: string) => Promise<EngineRepository>;
  onIndex?: (repo: string, progress: IndexProgress) => void;
}

export interface Visit {
  tasks: readonly Task[];
  prompts: ReadonlyMap<Task, Prompt>;
  folders: ReadonlyMap<string, string>;
  options: VisitOptions;
}

/** Looks every task up before the first is run, so that a bad pointer costs no time. Throws EvalError. */
export async function prepareVisit(tasks: readonly Task[], options: VisitOptions): Promise<Visit> {
  const repos = [...new Set(tasks.map((task) => task.repo))];
  const folders = new Map(repos.map((repo) => [repo, options.folderOf(repo)]));
  const prompts = new Map<Task, Prompt>();
  for (const [repo, folder] of folders) {
    const objects = await openBare(folder);
    try {
      for (const task of tasks) if (task.repo === repo) prompts.set(task, await readPrompt(objects, task, options.fim));
    } finally {
      objects.close();
    }
  }
  return { tasks, prompts, folders, options };
}

/** Calls back for every task once its commit is indexed; a repository's commits come in the order its tasks name them. */
export async function visitTasks({ tasks, folders, options }: Visit, act: (task: Task, repository: EngineRepository, source: MemorySource) => Promise<void>): Promise<void> {
  for (const [repo, folder] of folders) {
    const own = tasks.filter((task) => task.repo === repo);
    const repository = await options.open(folder);
    try {
      for (const commit of new Set(own.map((task) => task.commit))) {
        const { root } = await repository.index({ revision: commit, onProgress: (progress) => options.onIndex?.(repo, progress) });
        const source = { inference: options.inference, objects: repository.objects, view: repository.store.openView(root!), places: repository.places };
        for (const task of own) if (task.commit === commit) await act(task, repository, source);
      }
    } finally {
      await repository.close();
    }
  }
}
