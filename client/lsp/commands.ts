/**
 * The commands an editor may run. Each returns text for a person to read, but for `hefc.statusData` and `hefc.requests`: objects for
 * programs.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CancellationToken } from 'vscode-languageserver';
import type { StatusResult } from '../../daemon/ipc/protocol.js';
import { report } from '../commands/explain.js';
import { summary } from '../commands/indexRepository.js';
import { statusLines } from '../commands/status.js';
import { Failure, EXIT } from '../failure.js';
import type { Acceptance } from './acceptance.js';
import * as indexWatch from './indexWatch.js';
import { ACCEPTED } from './items.js';
import type { Link } from '../link.js';
import type { RequestCounts, Suggester } from './suggest.js';

const CALL_MS = 10_000;

export interface CommandsOptions {
  link: Link;
  watch: indexWatch.IndexWatch;
  suggester: Suggester;
  acceptance: Acceptance;
  /** A path in the repository the person works in, for a command that names none. */
  here(): string | undefined;
}

/** Of the name and arguments of a command; a repository's path or URI is the first argument, and may be left out. */
export type Run = (args: readonly unknown[], token: CancellationToken) => Promise<string | StatusResult | RequestCounts | null>;

export function createCommands({ link, watch, suggester, acceptance, here }: CommandsOptions): ReadonlyMap<string, Run> {
  const repository = ([named]: readonly unknown[]): string => {
    const found = typeof named === 'string' ? filePath(named) ?? named : here();
    if (found === undefined) throw new Failure(EXIT.usage, 'no repository is known yet; open one of its files, or name its path');
    if (!existsSync(found)) throw new Failure(EXIT.usage, `${found} does not exist; name a path in the repository`);
    return found;
  };
  const setPaused = (paused: boolean): Run => async (args) => {
    const { state } = await link.call('pause', { repo: repository(args), paused }, { timeout: CALL_MS });
    return state === 'paused' ? 'Indexing is paused; go on with: hefc.resumeIndexing' : `Indexing goes on (${state}).`;
  };
  return new Map<string, Run>([
    [ACCEPTED, async ([id]) => {
      acceptance.accepted(String(id));
      return null;
    }],
    ['hefc.status', async (args) => {
      acceptance.flush();
      return statusLines(await link.call('status', { repo: repository(args) }, { timeout: CALL_MS })).join('\n');
    }],
    ['hefc.statusData', async (args) => link.call('status', { repo: repository(args) }, { timeout: CALL_MS })],
    ['hefc.requests', async () => suggester.counts()],
    ['hefc.explainLast', async () => {
      const result = await suggester.explainLast();
      return result === undefined ? 'Nothing was completed yet.' : report(result).join('\n');
    }],
    ['hefc.pauseIndexing', setPaused(true)],
    ['hefc.resumeIndexing', setPaused(false)],
    ['hefc.reindex', async (args, token) => {
      const repo = repository(args);
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const progress = await watch.begin(repo);
      try {
        const result = await link.call('index', { repo, wait: true }, { signal: abort.signal, onEvent: (step) => indexWatch.report(progress, step) });
        return summary(result).join('\n');
      } finally {
        progress.done();
      }
    }],
  ]);
}

/** undefined: a URI of something else than a file, or none. */
export function filePath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
