/** The repositories the daemon has open: each worktree with its engine half, its schedule, and one spool watch a repository. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { locateRepository } from '../store/git/locate.js';
import type { RepositoryPlace } from '../store/types.js';
import { readConfig } from './config.js';
import type { Engine, EngineRepository } from './engine/types.js';
import { createGate, type Gate } from './gate.js';
import { errorFacts, log } from './log.js';
import { hefcFolder } from './ipc/paths.js';
import { forget, knownWorktrees, remember } from './registry.js';
import { createSchedule, type Schedule } from './schedule.js';
import { watchSpool, type SpoolLine } from './spool.js';

export interface Served {
  repository: EngineRepository;
  schedule: Schedule;
  /** Looks at the reflog's age, the cheapest sign that HEAD moved without a hook; hints when it did. */
  glance(near?: string): void;
}

export interface Repositories {
  /** The open worktree, opened if need be, which sets the repository up. Waits while it is being closed. */
  open(place: RepositoryPlace): Promise<Served>;
  /** The same, but undefined for a repository that is not set up (`hefc init` or `hefc index`). */
  openSetUp(place: RepositoryPlace): Promise<Served | undefined>;
  /** All open worktrees of one repository. */
  ofRepository(commonDir: string): Promise<Served[]>;
  all(): Promise<Served[]>;
  /** What all worktrees of a repository share. */
  gate(commonDir: string): Gate;
  /** Opens and hints every known worktree: after a start, hooks may have been missed. */
  reconcile(): Promise<void>;
  /** Closes a repository and forgets it; nobody opens it again until `after` is done. */
  closeRepository(commonDir: string, after?: () => void): Promise<void>;
  /** Closes a repository whose database was found damaged: whoever opens it next gets a fresh one. */
  heal(commonDir: string): Promise<void>;
  /** Closes all; nobody opens any again until `after` is done. */
  closeAll(after?: () => Promise<void>): Promise<void>;
}

function reflogTime(gitDir: string): number {
  return statSync(join(gitDir, 'logs', 'HEAD'), { throwIfNoEntry: false })?.mtimeMs ?? statSync(join(gitDir, 'HEAD'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function mayIndexByHints(): boolean {
  try {
    return readConfig().enabled;
  } catch {
    // Named at the next completion, which reads the same file.
    return true;
  }
}

/** @param onActivity called for every burst of hook lines: the daemon is not idle */
export function createRepositories(engine: () => Promise<Engine>, onActivity: () => void): Repositories {
  const open = new Map<string, { place: RepositoryPlace; served: Promise<Served> }>();
  const watches = new Map<string, { close(): void }>();
  const gates = new Map<string, Gate>();
  /** Closings under way; `commonDir` absent means all repositories. */
  const closings = new Set<{ commonDir?: string; over: Promise<unknown> }>();
  const keyOf = (place: RepositoryPlace): string => place.worktree ?? place.gitDir;

  async function make(place: RepositoryPlace): Promise<Served> {
    const repository = await (await engine()).openRepository(place);
    const schedule = createSchedule(repository, {
      gate: service.gate(place.commonDir),
      background: mayIndexByHints,
      onCorrupt: () => void service.heal(place.commonDir),
    });
    if (repository.store.quarantined !== null) log('database was damaged and is set aside');
    // Unknown at first: the first glance looks at HEAD.
    let seen = -1;
    remember({ commonDir: place.commonDir, worktree: keyOf(place) });
    watch(place.commonDir);
    return {
      repository,
      schedule,
      glance(near) {
        const now = reflogTime(place.gitDir);
        if (now === seen && repository.current()) return;
        if (schedule.hint(near)) seen = now;
      },
    };
  }

  function watch(commonDir: string): void {
    if (watches.has(commonDir)) return;
    const gone = (): void => {
      log('repository gone', {});
      void service.closeRepository(commonDir);
    };
    watches.set(commonDir, watchSpool(commonDir, (lines) => void onLines(commonDir, lines), gone));
  }

  async function onLines(commonDir: string, lines: SpoolLine[]): Promise<void> {
    onActivity();
    const worktrees = new Set(lines.filter((line) => existsSync(line.worktree)).map((line) => line.worktree));
    let counted: Served | undefined;
    for (const worktree of worktrees) {
      try {
        const place = await locateRepository(worktree);
        // A line may name any path: only worktrees of this very repository count.
        const served = place.commonDir === commonDir ? await service.openSetUp(place) : undefined;
        served?.schedule.hint();
        counted ??= served;
      } catch (error) {
        log('hook line not followed', errorFacts(error));
      }
    }
    counted ??= (await service.ofRepository(commonDir))[0];
    counted?.repository.count({ hooks: lines.length });
  }

  /** A closing of this repository that is under way. Look again after it: the next may have begun. */
  function closingOf(commonDir: string): Promise<unknown> | undefined {
    return [...closings].find((one) => one.commonDir === undefined || one.commonDir === commonDir)?.over;
  }

  /** Does work during which nobody opens a repository (or any). */
  async function whileClosing(commonDir: string | undefined, work: () => Promise<void>): Promise<void> {
    const done = work();
    const closing = { ...(commonDir !== undefined && { commonDir }), over: done.catch(() => undefined) };
    closings.add(closing);
    try {
      await done;
    } finally {
      closings.delete(closing);
    }
  }

  /** Closes every open worktree of a repository, once no collection runs. */
  function shut(commonDir: string): Promise<void> {
    return service.gate(commonDir).alone(async () => {
      for (const [key, { place, served }] of [...open]) {
        if (place.commonDir !== commonDir) continue;
        const one = await served.catch(() => undefined);
        open.delete(key);
        await one?.schedule.close();
        await one?.repository.close();
      }
    });
  }

  function opened(place: RepositoryPlace): Promise<Served> {
    const key = keyOf(place);
    const found = open.get(key);
    if (found) return found.served;
    const entry = { place, served: make(place) };
    open.set(key, entry);
    entry.served.catch(() => {
      if (open.get(key) === entry) open.delete(key);
    });
    return entry.served;
  }

  const service: Repositories = {
    async open(place) {
      for (let over = closingOf(place.commonDir); over; over = closingOf(place.commonDir)) await over;
      return opened(place);
    },
    async openSetUp(place) {
      for (let over = closingOf(place.commonDir); over; over = closingOf(place.commonDir)) await over;
      return existsSync(hefcFolder(place.commonDir)) ? opened(place) : undefined;
    },
    async ofRepository(commonDir) {
      return (await service.all()).filter((one) => one.repository.place.commonDir === commonDir);
    },
    async all() {
      const settled = await Promise.allSettled([...open.values()].map((one) => one.served));
      return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    },
    gate(commonDir) {
      const gate = gates.get(commonDir) ?? createGate(commonDir);
      gates.set(commonDir, gate);
      return gate;
    },
    async reconcile() {
      for (const { worktree } of knownWorktrees()) {
        try {
          (await service.openSetUp(await locateRepository(worktree)))?.schedule.hint();
        } catch (error) {
          log('repository not opened', errorFacts(error));
        }
      }
    },
    closeRepository: (commonDir, after) => whileClosing(commonDir, async () => {
      await shut(commonDir);
      watches.get(commonDir)?.close();
      watches.delete(commonDir);
      forget(commonDir);
      after?.();
    }),
    heal: (commonDir) => whileClosing(commonDir, () => shut(commonDir)),
    closeAll: (after) => whileClosing(undefined, async () => {
      await Promise.all([...new Set([...open.values()].map((one) => one.place.commonDir))].map(shut));
      for (const watch of watches.values()) watch.close();
      watches.clear();
      await after?.();
    }),
  };
  return service;
}
