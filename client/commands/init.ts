import { findHooksFolder } from '../../hooks/folder.js';
import { installHooks, type InstallOutcome } from '../../hooks/install.js';
import { fileFailure } from '../failure.js';
import { hookLines } from '../hookLines.js';
import { counts, duration, print, size } from '../print.js';
import { runIndex } from '../runIndex.js';
import { withDaemon } from '../session.js';
import { makeFolder } from '../setUp.js';

/** Sets the repository of the working directory up. Running it again repairs what is missing. */
export async function init(options: { hooks: boolean; shared?: boolean }): Promise<void> {
  const where = findHooksFolder(process.cwd());
  makeFolder(where.commonDir);
  if (options.hooks) print(...hookLines(install(where.folder, options.shared === true)));
  const started = Date.now();
  await withDaemon(async (connection) => {
    const { result } = await runIndex(connection, where.top);
    const { repo, daemon } = await connection.call('status', { repo: where.top }, { timeout: 10_000 });
    if (result.commit === null) {
      print('This repository has no commit yet; hefc indexes each one you make.');
    } else {
      print(`Indexed ${where.top} in ${duration(Date.now() - started)}: ${result.fused.blobs} files, ${result.fused.chunks} chunks, ${result.fused.nodes} nodes fused now.`);
    }
    if (repo !== null) print(`  ${repo.chunks} chunks and ${repo.nodes} nodes of ${size(repo.source_bytes)} of source in a database of ${size(repo.db_bytes)}.`);
    const skipped = counts(result.skipped);
    if (skipped !== '') print(`  Skipped: ${skipped}.`);
    print(`  Model ${daemon.model} on ${daemon.device}.`);
  });
  print('', 'Try next:', '  hefc complete --file FILE --line N --column C', '  hefc explain  --file FILE --line N --column C', '  hefc status', 'To undo all of this: hefc uninit');
}

function install(folder: string, shared: boolean): InstallOutcome {
  try {
    return installHooks(process.cwd(), { shared });
  } catch (error) {
    throw fileFailure(`write hooks into ${folder}`, error);
  }
}
