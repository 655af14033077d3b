import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuseContent } from '../../daemon/chunker/refuse.js';
import type { CompleteResult, ContextMode } from '../../daemon/ipc/protocol.js';
import { percentile } from '../eval/bootstrap.js';
import { seededRandom } from '../eval/random.js';
import { isTaskLine } from '../eval/sampleTasks.js';
import { sourceFiles } from './coldIndex.js';
import type { Measured } from './figures.js';
import { median } from './timing.js';
import type { Workbench } from './workbench.js';

/** A place to complete at: the file with one line taken out, and what stood there. */
export interface Cursor {
  file: string;
  above: string;
  below: string;
  indentation: string;
  /** The line's first word, typed before the warm completion. */
  typed: string;
  line: number;
}

/** Draws one line in each of `count` files. */
export function drawCursors(bench: Workbench, count: number): Cursor[] {
  const random = seededRandom(7);
  const files = sourceFiles(bench);
  const cursors: Cursor[] = [];
  for (let tries = 0; tries < 20 * count && cursors.length < count && files.length > 0; tries++) {
    const file = files.splice(Math.floor(random() * files.length), 1)[0]!;
    const source = readFileSync(join(bench.repo, file));
    // A file that looks like it holds secrets is refused before anything runs.
    if (refuseContent(source) !== null) continue;
    const lines = source.toString('utf8').split('\n');
    const index = Math.floor(lines.length * (0.3 + 0.6 * random()));
    const line = lines[index] ?? '';
    if (!isTaskLine(line)) continue;
    const indentation = /^\s*/.exec(line)![0];
    cursors.push({
      file: join(bench.repo, file),
      above: lines.slice(0, index).map((each) => `${each}\n`).join(''),
      below: lines.slice(index + 1).map((each) => `\n${each}`).join(''),
      indentation,
      typed: /^\w*/.exec(line.trim())![0].slice(0, 4) || line.trim().slice(0, 1),
      line: index + 1,
    });
  }
  return cursors;
}

/** Completes at a cursor after some of its line was typed; no deadline that would cut the slow ones off. */
export async function completeAt(bench: Workbench, cursor: Cursor, typed: string, context: ContextMode): Promise<{ wall: number; result: CompleteResult }> {
  const daemon = await bench.daemon();
  const left = cursor.indentation + typed;
  const started = performance.now();
  const result = await daemon.call('complete', {
    file: cursor.file,
    text: cursor.above + left + cursor.below,
    line: cursor.line,
    column: left.length,
    context,
    timeout: 30_000,
    session: `bench-${context}-${cursor.file}`,
  });
  return { wall: performance.now() - started, result };
}

/** Cold: the first completion in a file. Warm: the next, some letters further on in the same line. */
export async function completions(bench: Workbench, count: number): Promise<Measured> {
  const cursors = drawCursors(bench, count);
  if (cursors.length === 0) throw new Error('the repository has no source line to complete; give another --repo');
  const measured: Measured = {};
  const retrieve: number[] = [];
  const overhead: number[] = [];
  for (const context of ['hef', 'snippet', 'none'] as const) {
    const [cold, warm]: [number[], number[]] = [[], []];
    for (const cursor of cursors) {
      const first = await completeAt(bench, cursor, '', context);
      const second = await completeAt(bench, cursor, cursor.typed, context);
      cold.push(first.result.ms.total);
      warm.push(second.result.ms.total);
      overhead.push(first.wall - first.result.ms.total, second.wall - second.result.ms.total);
      if (context === 'hef') retrieve.push(first.result.ms.retrieve, second.result.ms.retrieve);
    }
    cold.sort((a, b) => a - b);
    warm.sort((a, b) => a - b);
    const prefix = context === 'hef' ? '' : (`${context}_` as const);
    measured[`${prefix}warm_p50_ms`] = percentile(warm, 0.5);
    measured[`${prefix}warm_p95_ms`] = percentile(warm, 0.95);
    measured[`${prefix}cold_p50_ms`] = percentile(cold, 0.5);
    if (context === 'hef') measured.cold_p95_ms = percentile(cold, 0.95);
  }
  return { ...measured, retrieve_p50_ms: median(retrieve), ipc_overhead_ms: median(overhead) };
}

/** Completions asked for before anything was indexed: the share the model was run for, even where it found nothing to add. */
export async function unindexed(bench: Workbench): Promise<Measured> {
  const cursors = drawCursors(bench, 5);
  let answered = 0;
  for (const cursor of cursors) {
    const { result } = await completeAt(bench, cursor, '', 'hef');
    if (result.tokens.prefix > 0) answered++;
  }
  return { complete_unindexed: answered / cursors.length };
}
