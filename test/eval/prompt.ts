import type { ObjectReader } from '../../store/types.js';
import { EvalError } from './evalError.js';
import type { Task } from './tasks.js';

export interface Prompt {
  /** Everything above the target line, and its indentation. */
  prefix: string;
  /** Everything below it, its newline first; null for left-only. */
  suffix: string | null;
  /** The line itself, unstripped. */
  target: string;
}

/** Cuts a file at a task's line. */
export function promptAt(text: string, line: number, fim: boolean): Prompt | undefined {
  const lines = text.split('\n');
  const target = lines[line - 1];
  if (target === undefined) return undefined;
  const indentation = /^[ \t]*/.exec(target)![0];
  const above = lines.slice(0, line - 1).map((each) => `${each}\n`).join('');
  const below = lines.slice(line);
  return { prefix: above + indentation, suffix: fim ? below.map((each) => `\n${each}`).join('') : null, target };
}

/** Reads the task's file as it was at the task's commit. Throws EvalError for a missing commit, file or line. */
export async function readPrompt(objects: ObjectReader, task: Task, fim: boolean): Promise<Prompt> {
  let tree: string;
  try {
    ({ tree } = await objects.rootTree(task.commit));
  } catch {
    throw new EvalError(`${task.repo}: has no commit ${task.commit} (task ${task.id}); fetch it into the bare repository`);
  }
  const oid = await blobAt(objects, tree, task.path);
  const blob = oid === undefined ? undefined : await objects.readBlob(oid);
  if (blob === undefined) throw new EvalError(`${task.repo}: commit ${task.commit} has no file ${task.path} (task ${task.id}); correct the task`);
  const prompt = promptAt(blob.toString('utf8'), task.line, fim);
  if (prompt === undefined) throw new EvalError(`${task.repo}: ${task.path} has no line ${task.line} (task ${task.id}); correct the task`);
  return prompt;
}

async function blobAt(objects: ObjectReader, tree: string, path: string): Promise<string | undefined> {
  let oid = tree;
  const names = path.split('/');
  for (const [depth, name] of names.entries()) {
    const entry = (await objects.readTree(oid)).find((each) => each.name === name);
    if (entry === undefined || entry.kind !== (depth === names.length - 1 ? 'blob' : 'tree')) return undefined;
    oid = entry.oid;
  }
  return oid;
}
