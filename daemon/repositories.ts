/** The repositories the daemon has open: each worktree with its engine half, its schedule, and one spool watch a repository. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { locateRepository } from '../store/git/locate.js';
import type { RepositoryPlace } from '../store/types.js';
import type { Engine, EngineRepository } from './engine/types.js';
import { errorFacts, log } from './log.js';
import { forget, hefcFolder, knownWorktrees, remember } from './registry.js';
import { createSchedule, type Schedule } from './schedule.js';
import { watchSpool, type SpoolLine } from './spool.js';

export interface Served {
  repository: EngineRepository;
  schedule: Schedule;
  /** Looks at the reflog's age, the cheapest sign that HEAD moved without a hook; hints when it did. */
  glance(near?: string): void;
}

export interface Repositories {
  /** Is this repository set up (`hefc init` or `hefc index`)? */
  isSetUp(place: RepositoryPlace): boolean;
  /** The open worktree, opened if need be. */
  open(place: RepositoryPlace): Promise<Served>;
  /** All open worktrees of one repository. */
  ofRepository(commonDir: string): Promise<Served[]>;
  all(): Promise<Served[]>;
  /** Opens and hints every known worktree: after a start, hooks may have been missed. */
  reconcile(): Promise<void>;
  closeRepository(commonDir: string): Promise<void>;
  closeAll(): Promise<void>;
}

function reflogTime(gitDir: string): number {
  return statSync(join(gitDir, 'logs', 'HEAD'), { throwIfNoEntry: false })?.mtimeMs ?? statSync(join(gitDir, 'HEAD'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param onActivity called for every burst of hook lines: the daemon is not idle */
export function createRepositories(engine: () => Promise<Engine>, onActivity: () => void): Repositories {
  const open = new Map<string, Promise<Served>>();
  const watches = new Map<string, { close(): void }>();
  const keyOf = (place: RepositoryPlace): string => place.worktree ?? place.gitDir;

  async function make(place: RepositoryPlace): Promise<Served> {
    const repository = await (await engine()).openRepository(place);
    const schedule = createSchedule(repository);
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
        seen = now;
        schedule.hint(near);
      },
    };
  }

  function watch(commonDir: string): void {
    if (watches.has(commonDir)) return;
    const gone = (): void => {
      log('repository gone', {});
      void service.closeRepository(commonDir);
    };
    try {
      watches.set(commonDir, watchSpool(commonDir, (lines) => void onLines(commonDir, lines), gone));
    } catch (error) {
      // Too many watches: completions still glance at the reflog.
      log('spool not watched', errorFacts(error));
    }
  }

  async function onLines(commonDir: string, lines: SpoolLine[]): Promise<void> {
    onActivity();
    const worktrees = new Set(lines.filter((line) => existsSync(line.worktree)).map((line) => line.worktree));
    const served: Served[] = [];
    for (const worktree of worktrees) {
      try {
        const place = await locateRepository(worktree);
        // A line may name any path: only worktrees of this very repository count.
        if (place.commonDir === commonDir) served.push(await service.open(place));
      } catch (error) {
        log('hook line not followed', errorFacts(error));
      }
    }
    const counted = served[0] ?? (await service.ofRepository(commonDir))[0];
    counted?.repository.store.bump({ hooks: lines.length });
    for (const one of served) one.schedule.hint();
  }

  const service: Repositories = {
    isSetUp: (place) => existsSync(hefcFolder(place.commonDir)),
    open(place) {
      const key = keyOf(place);
      let found = open.get(key);
      if (!found) {
        found = make(place);
        open.set(key, found);
        found.catch(() => open.delete(key));
      }
      return found;
    },
    async ofRepository(commonDir) {
      return (await service.all()).filter((one) => one.repository.place.commonDir === commonDir);
    },
    async all() {
      const settled = await Promise.allSettled(open.values());
      return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    },
    async reconcile() {
      for (const { worktree } of knownWorktrees()) {
        try {
          (await service.open(await locateRepository(worktree))).schedule.hint();
        } catch (error) {
          log('repository not opened', errorFacts(error));
        }
      }
    },
    async closeRepository(commonDir) {
      watches.get(commonDir)?.close();
      watches.delete(commonDir);
      for (const [key, promise] of [...open]) {
        const one = await promise.catch(() => undefined);
        if (one?.repository.place.commonDir !== commonDir) continue;
        open.delete(key);
        await one.schedule.close();
        await one.repository.close();
      }
      forget(commonDir);
    },
    async closeAll() {
      for (const watch of watches.values()) watch.close();
      watches.clear();
      const served = await service.all();
      open.clear();
      await Promise.all(served.map((one) => one.schedule.close()));
      await Promise.all(served.map((one) => one.repository.close()));
    },
  };
  return service;
}
