import { createHash } from 'node:crypto';
import type { PromptContext } from '../../daemon/complete/context.js';
import type { EngineRepository } from '../../daemon/engine/types.js';
import type { CompleteResult, IndexProgress } from '../../daemon/ipc/protocol.js';
import type { Inference } from '../../models/types.js';
import { requestOf, type Arm } from './arms.js';
import { choiceOf, type TaskChoice } from './choice.js';
import { createHarmfulMemory, type HarmfulMemory } from './harmfulMemory.js';
import { reportLanguage } from './languages.js';
import { firstLine, scoreLine } from './metrics.js';
import { openBare } from './openBare.js';
import { readPrompt, type Prompt } from './prompt.js';
import type { Outcome } from './report.js';
import { ownMemory, type MemorySource } from './studyMemory.js';
import type { Task } from './tasks.js';

/** A line is cut here; longer lines are never exact anyway. */
const MAX_TOKENS = 100;

export interface RunOptions {
  /** The folder of a repository by its name; throws EvalError when there is none. */
  folderOf: (repo: string) => string;
  arms: readonly Arm[];
  fim: boolean;
  inference: Inference;
  /** Opens a repository with a database outside it. */
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
 * looked up before the first is run, so a bad pointer costs no time. Where an arm takes the memory of other tasks, all
 * memories are gathered before as well; a repository is indexed once. Throws EvalError.
 */
export async function runTasks(tasks: readonly Task[], options: RunOptions): Promise<Outcome[]> {
  const repos = [...new Set(tasks.map((task) => task.repo))];
  const folders = new Map(repos.map((repo) => [repo, options.folderOf(repo)]));
  const prompts = new Map<Task, Prompt>();
  for (const repo of repos) {
    const objects = await openBare(folders.get(repo)!);
    try {
      for (const task of tasks) if (task.repo === repo) prompts.set(task, await readPrompt(objects, task, options.fim));
    } finally {
      objects.close();
    }
  }
  const outcomes: Outcome[] = [];
  const run: Run = { tasks, prompts, folders, options };
  const harmful = await gatherHarmful(run);
  await visit(run, async (task, repository, source) => {
    const prompt = prompts.get(task)!;
    const details: TaskDetails = { id: task.id, repo: task.repo, arms: {} };
    for (const arm of options.arms) {
      const { result, ms } = await completeTask(task, prompt, arm, repository, source, harmful, options);
      const score = scoreLine(result.text, prompt.target);
      outcomes.push({ task: task.id, repo: task.repo, language: reportLanguage(task.path), arm, ...score, ms, tokensIn: tokensIn(result) });
      details.arms[arm] = { em: score.em, es: score.es, hash: hashOf(result.text), ms: Math.round(ms) };
      const choice = choiceOf(result, prompt);
      if (choice !== undefined) details.choice = choice;
    }
    options.onDetails?.(details);
    options.onTask?.(outcomes.length / options.arms.length, prompts.size, task);
  });
  return outcomes;
}

interface Run {
  tasks: readonly Task[];
  prompts: ReadonlyMap<Task, Prompt>;
  folders: ReadonlyMap<string, string>;
  options: RunOptions;
}

/** Calls back for every task once its commit is indexed. */
async function visit({ tasks, folders, options }: Run, act: (task: Task, repository: EngineRepository, source: MemorySource) => Promise<void>): Promise<void> {
  for (const [repo, folder] of folders) {
    const own = tasks.filter((task) => task.repo === repo);
    const repository = await options.open(folder);
    try {
      for (const commit of new Set(own.map((task) => task.commit))) {
        const { root } = await repository.index({ revision: commit, onProgress: (progress) => options.onIndex?.(repo, progress) });
        const source = { inference: options.inference, objects: repository.objects, view: repository.store.openView(root!) };
        for (const task of own) if (task.commit === commit) await act(task, repository, source);
      }
    } finally {
      await repository.close();
    }
  }
}

async function gatherHarmful(run: Run): Promise<HarmfulMemory | undefined> {
  const wanted = run.options.arms.some((arm) => ['foreign', 'shuffled'].includes(requestOf(arm).study?.kind ?? ''));
  if (!wanted) return undefined;
  const own = new Map<Task, PromptContext>();
  await visit(run, async (task, _, source) => {
    own.set(task, await ownMemory(source, { path: task.path, prefix: run.prompts.get(task)!.prefix }));
  });
  return createHarmfulMemory(own);
}

/** The time holds all that the arm does, its retrieval included; memories of other tasks were gathered before. */
async function completeTask(task: Task, prompt: Prompt, arm: Arm, repository: EngineRepository, source: MemorySource, harmful: HarmfulMemory | undefined, options: RunOptions): Promise<{ result: CompleteResult; ms: number }> {
  const { study, ...request } = requestOf(arm);
  const started = performance.now();
  const given = study && (study.kind === 'foreign' || study.kind === 'shuffled' ? harmful![study.kind](task, source) : await ownMemory(source, { path: task.path, prefix: prompt.prefix }, study));
  const result = await repository.complete({
    path: task.path,
    prefix: prompt.prefix,
    suffix: prompt.suffix,
    ...request,
    ...(given && { given }),
    maxTokens: MAX_TOKENS,
    stop: 'line',
    // The explanation is what the chooser is fitted on; it costs next to nothing, but only when asked for.
    explain: options.onDetails !== undefined && arm === 'product',
  });
  return { result, ms: performance.now() - started };
}

function tokensIn(result: CompleteResult): number {
  const { prefix, suffix, memory, pasted } = result.tokens;
  return prefix + suffix + memory + pasted;
}

function hashOf(text: string): string {
  return createHash('sha256').update(firstLine(text)).digest('hex').slice(0, 16);
}
