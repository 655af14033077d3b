import { createHash } from 'node:crypto';
import type { PromptContext } from '../../daemon/complete/context.js';
import type { EngineRepository } from '../../daemon/engine/types.js';
import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { requestOf, type Arm } from './arms.js';
import { choiceOf, type TaskChoice } from './choice.js';
import { createHarmfulMemory, type HarmfulMemory } from './harmfulMemory.js';
import { reportLanguage } from './languages.js';
import { firstLine, scoreLine } from './metrics.js';
import type { Prompt } from './prompt.js';
import type { Outcome } from './report.js';
import { ownMemory, type MemorySource } from './studyMemory.js';
import type { Task } from './tasks.js';
import { prepareVisit, visitTasks, type Visit, type VisitOptions } from './visitTasks.js';

/** A line is cut here; longer lines are never exact anyway. */
const MAX_TOKENS = 100;

export interface RunOptions extends VisitOptions {
  arms: readonly Arm[];
  onTask?: (done: number, all: number, task: Task) => void;
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
 * Runs every arm on every task. Where an arm takes the memory of other tasks, all memories are gathered before.
 * Throws EvalError.
 */
export async function runTasks(tasks: readonly Task[], options: RunOptions): Promise<Outcome[]> {
  const visit = await prepareVisit(tasks, options);
  const harmful = await gatherHarmful(visit, options.arms);
  const outcomes: Outcome[] = [];
  await visitTasks(visit, async (task, repository, source) => {
    const prompt = visit.prompts.get(task)!;
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
    options.onTask?.(outcomes.length / options.arms.length, tasks.length, task);
  });
  return outcomes;
}

async function gatherHarmful(visit: Visit, arms: readonly Arm[]): Promise<HarmfulMemory | undefined> {
  if (!arms.some((arm) => ['foreign', 'shuffled'].includes(requestOf(arm).study?.kind ?? ''))) return undefined;
  const own = new Map<Task, PromptContext>();
  await visitTasks(visit, async (task, _, source) => {
    own.set(task, await ownMemory(source, { path: task.path, prefix: visit.prompts.get(task)!.prefix }));
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
