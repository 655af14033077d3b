import { createHash } from 'node:crypto';
import type { EngineRepository } from '../../daemon/engine/types.js';
import type { CompleteResult, IndexProgress } from '../../daemon/ipc/protocol.js';
import { ARMS, type Arm } from './arms.js';
import { choiceOf, type TaskChoice } from './choice.js';
import { firstLine, scoreLine } from './metrics.js';
import { openBare } from './openBare.js';
import { readPrompt, type Prompt } from './prompt.js';
import type { Outcome } from './report.js';
import { repositoryFolder } from './repositories.js';
import type { Task } from './tasks.js';

/** A line is cut here; longer lines are never exact anyway. */
const MAX_TOKENS = 100;

export interface RunOptions {
  repos: string;
  arms: readonly Arm[];
  fim: boolean;
  /** Opens a bare repository with a database outside it. */
  open: (folder: string) => Promise<EngineRepository>;
  onTask?: (done: number, all: number, task: Task) => void;
  onIndex?: (repo: string, progress: IndexProgress) => void;
  onDetails?: (details: TaskDetails) => void;
}

/** What is known of one task, without a word of its repository's text. */
export interface TaskDetails {
  id: string;
  repo: string;
  arms: Partial<Record<Arm, { em: boolean; es: number; hash: string; ms: number }>>;
  /** Of the product arm, when it was run: what the chooser had before it. */
  choice?: TaskChoice;
}

/**
 * Runs every arm on every task, a repository at a time, its commits in the order they first come. Every task is
 * looked up before the first is run, so a bad pointer costs no time. Throws EvalError.
 */
export async function runTasks(tasks: readonly Task[], options: RunOptions): Promise<Outcome[]> {
  const repos = [...new Set(tasks.map((task) => task.repo))];
  const folders = new Map(repos.map((repo) => [repo, repositoryFolder(options.repos, repo)]));
  const outcomes: Outcome[] = [];
  const prompts = new Map<Task, Prompt>();
  for (const repo of repos) {
    const objects = await openBare(folders.get(repo)!);
    try {
      for (const task of tasks) if (task.repo === repo) prompts.set(task, await readPrompt(objects, task, options.fim));
    } finally {
      objects.close();
    }
  }
  for (const repo of repos) {
    const repository = await options.open(folders.get(repo)!);
    try {
      await runRepository(repository, tasks.filter((task) => task.repo === repo), prompts, options, outcomes);
    } finally {
      await repository.close();
    }
  }
  return outcomes;
}

async function runRepository(repository: EngineRepository, tasks: readonly Task[], prompts: ReadonlyMap<Task, Prompt>, options: RunOptions, outcomes: Outcome[]): Promise<void> {
  for (const commit of new Set(tasks.map((task) => task.commit))) {
    const repo = tasks[0]!.repo;
    await repository.index({ revision: commit, onProgress: (progress) => options.onIndex?.(repo, progress) });
    for (const task of tasks.filter((each) => each.commit === commit)) {
      const prompt = prompts.get(task)!;
      const details: TaskDetails = { id: task.id, repo, arms: {} };
      for (const arm of options.arms) {
        const started = performance.now();
        const result = await repository.complete({
          path: task.path,
          prefix: prompt.prefix,
          suffix: prompt.suffix,
          ...ARMS[arm],
          maxTokens: MAX_TOKENS,
          stop: 'line',
          // The explanation is what the chooser is fitted on; it costs next to nothing, but only when asked for.
          explain: options.onDetails !== undefined && arm === 'product',
        });
        const ms = performance.now() - started;
        const score = scoreLine(result.text, prompt.target);
        outcomes.push({ task: task.id, repo, arm, ...score, ms, tokensIn: tokensIn(result) });
        details.arms[arm] = { em: score.em, es: score.es, hash: hashOf(result.text), ms: Math.round(ms) };
        const choice = choiceOf(result, prompt);
        if (choice !== undefined) details.choice = choice;
      }
      options.onDetails?.(details);
      options.onTask?.(outcomes.length / options.arms.length, prompts.size, task);
    }
  }
}

function tokensIn(result: CompleteResult): number {
  const { prefix, suffix, memory, pasted } = result.tokens;
  return prefix + suffix + memory + pasted;
}

function hashOf(text: string): string {
  return createHash('sha256').update(firstLine(text)).digest('hex').slice(0, 16);
}
