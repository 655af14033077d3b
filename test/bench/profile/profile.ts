/**
 * `hefc bench profile [--rounds N] [--repo DIR] [--json FILE]`: where the time of a completion and of an index goes, by V8
 * CPU profiles of both threads of the real daemon. A round is the first completion in a file and the next one in the
 * same line; --json writes both recordings, whose profiles a browser's developer tools can open.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../daemon/ipc/packageRoot.js';
import { completeAt, drawCursors } from '../completions.js';
import { positiveNumber } from '../numbers.js';
import { conditionLines, conditionsOf } from '../conditions.js';
import { onWorkbench, repositoryAt, writeJson } from '../onWorkbench.js';
import { recordDaemon } from './recordDaemon.js';
import { profileTables } from './report.js';
import { COMPLETION_STAGES, INDEX_STAGES } from './stages.js';

/** Completions before any is recorded: the copy lane makes its indexes at the first, and V8 compiles what runs often. */
const WARM_UP = 5;

/** Path inside this package, without the folder it is built into; Node's own modules as they are. */
function nameOf(url: string): string {
  return url.startsWith('file:') ? relative(packageRoot(), fileURLToPath(url)).replace(/^dist\//, '') : url.startsWith('/') ? relative(packageRoot(), url) : url;
}

export async function profile(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...given], options: { rounds: { type: 'string', default: '40' }, repo: { type: 'string', default: packageRoot() }, json: { type: 'string' } } });
  const rounds = Math.ceil(positiveNumber('rounds', values.rounds));
  const source = repositoryAt(values.repo);
  await onWorkbench(source, async (bench, { show, clear }) => {
    const recorder = recordDaemon(bench);
    show('recording an index');
    const daemon = await bench.daemon();
    const { model, device } = (await bench.status()).daemon;
    const index = await recorder.during(async () => void (await daemon.call('index', { repo: bench.repo, wait: true })));
    const cursors = drawCursors(bench, rounds + WARM_UP);
    const warmUp = cursors.splice(0, Math.min(WARM_UP, cursors.length - 1));
    if (cursors.length === 0) throw new Error('the repository has no source line to complete; give another --repo');
    for (const cursor of warmUp) await completeAt(bench, cursor, cursor.typed, 'hef');
    show('recording completions');
    const completions = await recorder.during(async () => {
      for (const cursor of cursors) for (const typed of ['', cursor.typed]) await completeAt(bench, cursor, typed, 'hef');
    });

    const conditions = conditionsOf('profile', given, source, `${model} on ${device}`);
    const batches = index.threads.flatMap(({ calls }) => calls).filter(({ what }) => what === 'query or chunks').length;
    const pages = [
      ['## A completion', { unit: 'a completion', count: 2 * cursors.length, ...completions, stages: COMPLETION_STAGES, nameOf }],
      ['## A batch of indexing', { unit: 'a batch', count: Math.max(1, batches), ...index, stages: INDEX_STAGES, nameOf }],
    ] as const;
    clear();
    console.log(['# Profile', '', ...conditionLines(conditions), ...pages.flatMap(([title, profiled]) => ['', title, '', ...profileTables(profiled)])].join('\n'));
    writeJson(values.json, { ...conditions, completions, index });
  });
}
