/** Indexing with progress, for `init`, `index --wait` and the demonstration. */
import type { Connection } from '../daemon/ipc/client.js';
import type { IndexProgress, Methods } from '../daemon/ipc/protocol.js';
import { progressView } from './progress.js';

export type IndexResult = Methods['index']['result'];

/** Waits for the end; `last` is the last progress seen, undefined when there was nothing to do. */
export async function runIndex(connection: Connection, repo: string, options: { all?: boolean } = {}): Promise<{ result: IndexResult; last: IndexProgress | undefined }> {
  const view = progressView();
  let last: IndexProgress | undefined;
  try {
    const result = await connection.call('index', { repo, wait: true, all: options.all === true }, {
      onEvent: (progress) => {
        last = progress;
        view.show(progress);
      },
    });
    return { result, last };
  } finally {
    view.end();
  }
}
