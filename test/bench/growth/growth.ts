/**
 * `hefc bench growth [--sizes LIST] [--files-touched LIST] [--slices LIST] [--rounds N] [--only PARTS] [--repo DIR]
 * [--json FILE]`: how cost grows, in three parts. `chunks`: searches and completions against the chunks of the tree, in
 * stores filled with copies of the repository's own index. `source`: indexing from nothing against the size of the
 * source, in slices of the repository. `commits`: a commit against the files it touches.
 */
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../daemon/ipc/packageRoot.js';
import { numberList, positiveNumber } from '../numbers.js';
import { conditionLines, conditionsOf } from '../conditions.js';
import { onWorkbench, repositoryAt, writeJson } from '../onWorkbench.js';
import { chunkGrowth, type SizePoint } from './chunkGrowth.js';
import { commitGrowth, type CommitPoint } from './commitGrowth.js';
import { sourceGrowth, type SourcePoint } from './sourceGrowth.js';
import { chunkTables, commitTables, sourceTables } from './tables.js';

const PARTS = ['source', 'commits', 'chunks'];
/** A commit of a hundred files takes seconds, a search milliseconds. */
const COMMIT_ROUNDS = 3;

export async function growth(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...given],
    options: {
      sizes: { type: 'string', default: '1000,10000,100000,1000000' },
      'files-touched': { type: 'string', default: '1,3,10,30,100' },
      slices: { type: 'string', default: '0.125,0.25,0.5,1' },
      rounds: { type: 'string', default: '40' },
      only: { type: 'string', default: PARTS.join(',') },
      repo: { type: 'string', default: packageRoot() },
      json: { type: 'string' },
    },
  });
  const sizes = numberList('sizes', values.sizes);
  const touched = numberList('files-touched', values['files-touched']);
  const slices = numberList('slices', values.slices);
  const rounds = Math.ceil(positiveNumber('rounds', values.rounds));
  const parts = values.only.split(',');
  if (!parts.every((part) => PARTS.includes(part))) throw new Error(`--only takes some of ${PARTS.join(',')}`);
  const source = repositoryAt(values.repo);

  await onWorkbench(source, async (bench, { show, clear }) => {
    bench.hefc('hooks', 'install');
    const points: { source: SourcePoint[]; commits: CommitPoint[]; chunks: SizePoint[] } = { source: [], commits: [], chunks: [] };
    const { daemon } = await bench.status();
    const conditions = conditionsOf('growth', given, source, `${daemon.model} on ${daemon.device}`);
    console.log(['# Growth', '', ...conditionLines(conditions)].join('\n'));

    /** Points are written as they come, and a part that fails leaves the others alone: a whole run takes hours. */
    const part = async <P>(name: keyof typeof points, found: P[], measure: (onPoint: (point: P) => void) => Promise<void>, tables: (found: readonly P[]) => string[]): Promise<void> => {
      if (!parts.includes(name)) return;
      try {
        await measure((point) => {
          found.push(point);
          writeJson(values.json, { ...conditions, ...points });
        });
      } catch (error) {
        clear();
        console.error(`hefc bench growth: ${name}: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      }
      clear();
      if (found.length > 0) console.log(['', ...tables(found)].join('\n'));
    };
    await part('source', points.source, (onPoint) => sourceGrowth(bench, slices, show, onPoint), sourceTables);
    if (parts.some((name) => name !== 'source')) {
      show('indexing');
      await (await bench.daemon()).call('index', { repo: bench.repo, wait: true });
    }
    if (parts.includes('chunks')) await bench.stop();
    await part('chunks', points.chunks, (onPoint) => chunkGrowth(bench, sizes, rounds, show, onPoint), chunkTables);
    await part('commits', points.commits, (onPoint) => commitGrowth(bench, touched, Math.min(rounds, COMMIT_ROUNDS), show, onPoint), commitTables);
  });
}
