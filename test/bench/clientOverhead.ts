import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { drawCursors } from './completions.js';
import type { Measured } from './figures.js';
import { median, timed } from './timing.js';
import type { Workbench } from './workbench.js';

/**
 * What the command and the socket add to the daemon's own time. Node alone runs in the same rounds: what the command adds
 * to it is the middle of the differences, which a machine that slows down for a while moves less than either time.
 */
export async function clientOverhead(bench: Workbench, rounds: number): Promise<Measured> {
  const cursor = drawCursors(bench, 1)[0];
  if (cursor === undefined) throw new Error('the repository has no source line to complete; give another --repo');
  const made = (name: string): number => statSync(join(packageRoot(), 'dist', name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made('client/quick.cjs') < made('.tsbuildinfo')) throw new Error('dist/client/quick.cjs is older than the modules, so the command would take its slow way; run: npm run build');
  const daemon = await bench.daemon();
  const trips: number[] = [];
  for (let i = 0; i < 10 * rounds; i++) trips.push(await timed(() => daemon.call('status', {})));

  const beyond: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < rounds; i++) {
    let output = '';
    const wall = await timed(() => {
      output = bench.hefc('complete', '--file', cursor.file, '--line', String(cursor.line), '--column', '0', '--json', '--timeout', '30000');
    });
    bare.push(await timed(() => spawnSync(process.execPath, ['--eval', '0'])));
    beyond.push(wall - (JSON.parse(output) as CompleteResult).ms.total);
  }
  const own = beyond.map((time, i) => time - bare[i]!);
  return { node_start_ms: median(bare), cli_overhead_ms: median(beyond), cli_own_ms: median(own), ipc_round_trip_ms: median(trips) };
}
