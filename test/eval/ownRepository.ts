/** Tasks drawn from the user's own repository, as the validation set was drawn from others'. */
import { basename, dirname } from 'node:path';
import { locateRepository } from '../../store/git/locate.js';
import { openObjects } from '../../store/git/openObjects.js';
import type { ObjectReader, RepositoryPlace } from '../../store/types.js';
import { EvalError } from './evalError.js';
import { sampleTasks } from './sampleTasks.js';
import type { Task } from './tasks.js';

export interface OwnTasks {
  tasks: Task[];
  /** A path inside the repository, to open it by. */
  folder: string;
}

/**
 * Draws lines of HEAD of the repository around a folder, bare or not; what is not committed is not looked at.
 * Throws EvalError: no repository, no commit, too few lines.
 */
export async function ownTasks(folder: string, count: number, seed: number, crossFile: boolean): Promise<OwnTasks> {
  let place: RepositoryPlace;
  let objects: ObjectReader;
  try {
    place = await locateRepository(folder);
    objects = await openObjects(place);
  } catch (error) {
    throw new EvalError((error as Error).message.split('\n', 1)[0]!);
  }
  const root = place.worktree ?? place.gitDir;
  try {
    if ((await objects.head()).commit === null) throw new EvalError(`${root} has no commit yet; commit something, then its lines can be drawn`);
    const tasks = await sampleTasks(objects, nameOf(place), count, seed, crossFile);
    if (tasks.length < count) throw new EvalError(tooFew(tasks.length, count, crossFile));
    return { tasks, folder: root };
  } catch (error) {
    if (error instanceof EvalError) throw error;
    throw new EvalError(`${root} cannot be read: ${(error as Error).message.split('\n', 1)[0]}`);
  } finally {
    objects.close();
  }
}

function nameOf(place: RepositoryPlace): string {
  if (place.worktree !== null) return basename(place.worktree);
  const name = basename(place.gitDir);
  return name === '.git' || name === '.bare' ? basename(dirname(place.gitDir)) : name.replace(/\.git$/, '');
}

function tooFew(found: number, wanted: number, crossFile: boolean): string {
  const kind = crossFile ? 'Python, TypeScript or JavaScript lines that first use a name imported from another of its files' : 'lines of committed Python, TypeScript or JavaScript';
  if (found === 0) return `--sample: HEAD has no ${kind}; files that a partial clone lacks are not counted`;
  return `--sample ${wanted}: HEAD gave only ${found} ${kind}; ask for ${found} or fewer`;
}
