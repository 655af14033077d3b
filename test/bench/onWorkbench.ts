/** A benchmark command from start to end: its workbench, its progress, and an end in good order whatever happens. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { progressLine } from '../eval/progressLine.js';
import { setUp, type Workbench } from './workbench.js';

/** The folder of a repository, absolute. Throws when there is none. */
export function repositoryAt(folder: string): string {
  const source = resolve(folder);
  if (!existsSync(join(source, '.git')) && !existsSync(join(source, 'HEAD'))) throw new Error(`${source} is not a repository; give one with --repo DIR`);
  return source;
}

/** One line of progress: rewritten by `show`, cleared by `clear` before anything else is printed. */
export interface Progress {
  show(what: string): void;
  clear(): void;
}

/** Runs `work` in a clone of a repository; the clone, its daemon and everything else are gone afterwards, also after Ctrl-C. */
export async function onWorkbench<T>(source: string, work: (bench: Workbench, progress: Progress) => Promise<T>): Promise<T> {
  const bench = setUp(source);
  const line = progressLine();
  const end = (): void => void bench.end().finally(() => process.exit(130));
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    return await work(bench, { show: (what) => line.show(`${what} …`), clear: line.end });
  } finally {
    line.end();
    process.removeListener('SIGINT', end).removeListener('SIGTERM', end);
    // What went wrong with the work is worth more than that a folder could not be removed.
    await bench.end().catch((error: unknown) => console.error(`${bench.scratch} was not removed: ${error instanceof Error ? error.message : String(error)}`));
  }
}

/** Writes the raw points where a file was named. */
export function writeJson(file: string | undefined, content: object): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`);
}
