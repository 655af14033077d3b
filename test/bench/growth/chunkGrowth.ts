/** Searches and completions against the number of chunks in the tree, at each size in a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../../daemon/ipc/packageRoot.js';
import type { Workbench } from '../workbench.js';
import { copiesOf } from './copies.js';
import { fill } from './fill.js';
import { readProject } from './project.js';
import type { SizeMeasured, SizeTask } from './sizePoint.js';

export interface SizePoint extends SizeMeasured {
  chunks: number;
  files: number;
  /** Filling the store from the last size on, in seconds, and its size after it. */
  fill_s: number;
  db_mb: number;
}

/**
 * Copies the workbench's finished index into a store of each size. No daemon may have the repository open.
 * @param sizes chunks, ascending
 * @param onPoint called at each size, so that what was measured stands even where a larger one fails
 */
export async function chunkGrowth(bench: Workbench, sizes: readonly number[], rounds: number, show: (what: string) => void, onPoint: (point: SizePoint) => void): Promise<void> {
  const project = await readProject(bench.repo);
  const copies = copiesOf(project);
  const directory = join(bench.scratch, 'copies');
  const within = Math.min(project.files.length, copies.filesFor(sizes[0]!));
  for (const size of sizes) {
    const filled = await fill({ directory, ...project.store }, copies, size, (held) => show(`filling a store: ${held} of ${size} chunks`));
    show(`searching ${filled.chunks} chunks`);
    const measured = await inItsOwnProcess({ repo: bench.repo, directory, root: filled.root, rounds, within });
    onPoint({ chunks: filled.chunks, files: filled.files, fill_s: filled.ms / 1000, db_mb: filled.db_bytes / 1e6, ...measured });
  }
}

async function inItsOwnProcess(task: SizeTask): Promise<SizeMeasured> {
  const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'test', 'bench', 'growth', 'searchAt.js'), JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (complaint += part));
  const end = (): void => void child.kill();
  process.once('exit', end);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  process.removeListener('exit', end);
  if (code !== 0) throw new Error(`the search of one size failed: ${complaint.trim() || `exit code ${code}`}`);
  return JSON.parse(output) as SizeMeasured;
}
