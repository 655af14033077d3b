import { print, printJson, size } from '../print.js';
import { withDaemon } from '../session.js';

/** Deletes what no ref of this repository reaches. */
export async function gc(options: { json?: boolean }): Promise<void> {
  const result = await withDaemon((connection) => connection.call('gc', { repo: process.cwd() }));
  if (options.json === true) printJson(result);
  else print(`Deleted ${result.blobs} files and ${result.directories} directories of vectors; ${size(result.bytesFreed)} freed.`);
}
