import { readFileSync } from 'node:fs';
import { EvalError } from './evalError.js';

/** A line to be predicted; `line` is 1-based. */
export interface Task {
  id: string;
  /** owner/name */
  repo: string;
  /** Full commit id. */
  commit: string;
  path: string;
  line: number;
}

/** Reads a file of one JSON pointer a line. Throws EvalError naming the first bad line. */
export function readTasks(file: string): Task[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new EvalError(`${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : 'cannot be read'}; give a file of pointer tasks, one JSON object a line`);
  }
  const tasks: Task[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    tasks.push(readTask(line, `${file}:${index + 1}`));
  }
  if (tasks.length === 0) throw new EvalError(`${file}: holds no task; give one JSON object a line`);
  return tasks;
}

function readTask(line: string, where: string): Task {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new EvalError(`${where}: is no JSON; each line is {"id","repo","commit","path","line"}`);
  }
  const { id, repo, commit, path, line: number } = (value ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string') throw new EvalError(`${where}: "id" must be a string`);
  if (typeof repo !== 'string' || !/^[\w.-]+\/[\w.-]+$/.test(repo)) throw new EvalError(`${where}: "repo" must be owner/name`);
  if (typeof commit !== 'string' || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw new EvalError(`${where}: "commit" must be a full commit id`);
  if (typeof path !== 'string' || path === '') throw new EvalError(`${where}: "path" must be a path inside the repository`);
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) throw new EvalError(`${where}: "line" must be a whole number from 1`);
  return { id, repo, commit, path, line: number };
}

/**
 * Takes `limit` tasks in all, spread evenly over the repositories: each gives its share, from its first task to its
 * last in even steps; a repository with too few leaves the rest to the others. The order is kept.
 */
export function spreadTasks(tasks: readonly Task[], limit: number): Task[] {
  const byRepo = new Map<string, Task[]>();
  for (const task of tasks) byRepo.set(task.repo, [...(byRepo.get(task.repo) ?? []), task]);
  const shares = new Map<string, number>();
  let left = Math.min(limit, tasks.length);
  while (left > 0) {
    for (const [repo, own] of byRepo) {
      const share = shares.get(repo) ?? 0;
      if (left === 0 || share === own.length) continue;
      shares.set(repo, share + 1);
      left--;
    }
  }
  const taken = new Set<Task>();
  for (const [repo, own] of byRepo) {
    const share = shares.get(repo) ?? 0;
    for (let i = 0; i < share; i++) taken.add(own[Math.floor((i * own.length) / share)]!);
  }
  return tasks.filter((task) => taken.has(task));
}
