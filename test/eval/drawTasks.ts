import type { TaskSource } from './arguments.js';
import { ownTasks } from './ownRepository.js';
import { repositoryFolder } from './repositories.js';
import { scratchFolder } from './scratch.js';
import { readTasks, spreadTasks, type Task } from './tasks.js';

export interface Drawn {
  tasks: Task[];
  folderOf: (repo: string) => string;
  /** Where the databases go; the user's cache without. The user's own repository leaves nothing behind. */
  databases?: string;
}

/** The tasks of a command line. Throws EvalError. */
export async function drawTasks(source: TaskSource): Promise<Drawn> {
  if (source.kind === 'file') return { tasks: spreadTasks(readTasks(source.file), source.limit), folderOf: (repo) => repositoryFolder(source.repos, repo) };
  const { tasks, folder } = await ownTasks(source.repo, source.count, source.seed, source.crossFile);
  return { tasks, folderOf: () => folder, databases: scratchFolder() };
}
