/** Shows indexing as work-done progress: what the daemon does by itself, and what a command asked for. */
import path from 'node:path';
import type { Connection, WorkDoneProgressReporter } from 'vscode-languageserver/node';
import type { IndexProgress, StatusResult } from '../../daemon/ipc/protocol.js';
import { shareDone } from '../progress.js';
import type { Link } from '../link.js';
import type { Tell } from './tell.js';

/** A repository that rests is not looked at again within this, in ms. */
const GLANCE_MS = 30_000;
/** Between two looks at an index under way, in ms; and so many times as long as a look takes, since the daemon counts rows for each. */
const POLL_MS = 500;
const POLL_TIMES = 20;
const STATUS_MS = 10_000;

export interface IndexWatch {
  /** Is the repository around this path being indexed? Shows it until it ends. Returns at once, throws nothing. */
  glance(file: string): void;
  /** A progress that was begun; without a client that shows any, one that does nothing. */
  begin(root: string): Promise<WorkDoneProgressReporter>;
}

/** `supported`: the client shows progress that the server begins. */
export function createIndexWatch({ link, connection, supported, tell }: { link: Link; connection: Connection; supported(): boolean; tell: Tell }): IndexWatch {
  const roots = new Set<string>();
  /** When, by the repository's root, or by the folder of a file that is in none or not known yet. */
  const looked = new Map<string, number>();
  const shown = new Set<string>();
  /** One first look at a time: an editor may open all files of a session at once. */
  let turn: Promise<unknown> = Promise.resolve();

  async function begin(root: string): Promise<WorkDoneProgressReporter> {
    const progress = supported() ? await connection.window.createWorkDoneProgress() : connection.window.attachWorkDoneProgress(undefined);
    progress.begin(`hefc: indexing ${path.basename(root)}`, 0);
    return progress;
  }

  const look = async (file: string): Promise<StatusResult['repo']> => (await link.call('status', { repo: file }, { timeout: STATUS_MS })).repo;

  async function firstLook(file: string): Promise<void> {
    const key = [...roots].find((root) => file.startsWith(root + path.sep)) ?? path.dirname(file);
    if (Date.now() - (looked.get(key) ?? 0) < GLANCE_MS) return;
    looked.set(key, Date.now());
    const repo = await look(file);
    if (repo === null) return;
    roots.add(repo.root);
    looked.set(repo.root, Date.now());
    if (repo.state === 'absent') tell.note(repo.root, `${repo.root} is not indexed, so completions know the open file alone; run: hefc init`);
    if (repo.state === 'error') tell.warn(repo.root, `${repo.root} cannot be indexed: ${repo.error ?? 'see hefc daemon logs'}`);
    if (repo.state === 'indexing' && supported() && !shown.has(repo.root)) follow(repo).catch(() => undefined);
  }

  async function follow({ root, indexed }: NonNullable<StatusResult['repo']>): Promise<void> {
    shown.add(root);
    try {
      const progress = await begin(root);
      try {
        for (let share = indexed, took = 0; ; ) {
          progress.report(Math.floor(share * 100));
          await new Promise((resolve) => setTimeout(resolve, Math.max(POLL_MS, POLL_TIMES * took)));
          const began = performance.now();
          const repo = await look(root);
          if (repo?.state !== 'indexing') return;
          share = repo.indexed;
          took = performance.now() - began;
        }
      } finally {
        progress.done();
      }
    } finally {
      shown.delete(root);
    }
  }

  return {
    begin,
    glance(file) {
      // What is wrong with the daemon or the repository is told by the completion that meets it.
      turn = turn.then(() => firstLook(file)).catch(() => undefined);
    },
  };
}

export function report(progress: WorkDoneProgressReporter, step: IndexProgress): void {
  progress.report(Math.floor(shareDone(step) * 100), `${step.phase} ${step.filesDone}/${step.files} files`);
}
