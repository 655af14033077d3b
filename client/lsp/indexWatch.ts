/** Shows indexing as work-done progress: what the daemon does by itself, and what a command asked for. */
import path from 'node:path';
import type { Connection, WorkDoneProgressReporter } from 'vscode-languageserver/node';
import type { IndexProgress } from '../../daemon/ipc/protocol.js';
import { shareDone } from '../progress.js';
import type { Link } from './link.js';
import type { Tell } from './tell.js';

/** One folder is not looked at again within this, in ms. */
const GLANCE_MS = 5000;
/** Between two looks at an index under way, in ms. */
const POLL_MS = 500;
const STATUS_MS = 10_000;

export interface IndexWatch {
  /** Is the repository around this path being indexed? Shows it until it ends. Returns at once, throws nothing. */
  glance(file: string): void;
  /** A progress that was begun; without a client that shows any, one that does nothing. */
  begin(root: string): Promise<WorkDoneProgressReporter>;
}

/** `supported`: the client shows progress that the server begins. */
export function createIndexWatch({ link, connection, supported, tell }: { link: Link; connection: Connection; supported(): boolean; tell: Tell }): IndexWatch {
  const looked = new Map<string, number>();
  const shown = new Set<string>();

  async function begin(root: string): Promise<WorkDoneProgressReporter> {
    const progress = supported() ? await connection.window.createWorkDoneProgress() : connection.window.attachWorkDoneProgress(undefined);
    progress.begin(`hefc: indexing ${path.basename(root)}`, 0);
    return progress;
  }

  async function watch(file: string): Promise<void> {
    const look = async () => (await link.call('status', { repo: file }, { timeout: STATUS_MS })).repo;
    let repo = await look();
    if (repo?.state === 'absent') tell.note(repo.root, `${repo.root} is not indexed, so completions know the open file alone; run: hefc init`);
    if (repo?.state === 'error') tell.warn(repo.root, `${repo.root} cannot be indexed: ${repo.error ?? 'see hefc daemon logs'}`);
    if (repo?.state !== 'indexing' || !supported() || shown.has(repo.root)) return;
    const { root } = repo;
    shown.add(root);
    try {
      const progress = await begin(root);
      try {
        while (repo?.state === 'indexing') {
          progress.report(Math.floor(repo.indexed * 100));
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
          repo = await look();
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
      const folder = path.dirname(file);
      if (Date.now() - (looked.get(folder) ?? 0) < GLANCE_MS) return;
      looked.set(folder, Date.now());
      // What is wrong with the daemon or the repository is told by the completion that meets it.
      watch(file).catch(() => undefined);
    },
  };
}

export function report(progress: WorkDoneProgressReporter, step: IndexProgress): void {
  progress.report(Math.floor(shareDone(step) * 100), `${step.phase} ${step.filesDone}/${step.files} files`);
}
