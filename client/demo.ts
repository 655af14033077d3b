/**
 * `npm start` in a fresh clone: indexes hefc's own repository, completes one line of it, and shows what that line was
 * made from. Installs no hook and changes nothing but the database in the Git directory.
 */
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../daemon/ipc/packageRoot.js';
import type { CompleteResult } from '../daemon/ipc/protocol.js';
import { findHooksFolder, type HooksFolder } from '../hooks/folder.js';
import { NotARepository } from '../hooks/notARepository.js';
import { EXIT, exitCodeOf, Failure, oneLine } from './failure.js';
import { DEMO_PLACES, findPlace, type FoundPlace } from './demoPlaces.js';
import { duration, nodeName, print, size } from './print.js';
import { REASONS } from './reasons.js';
import { runIndex } from './runIndex.js';
import { withDaemon } from './session.js';
import { makeFolder } from './setUp.js';

/** Lines shown above the cursor. */
const SHOWN_ABOVE = 6;
const SHOWN_NODES = 8;
/** The first completion after a start may wait for the model. */
const TIMEOUT_MS = 10_000;

function ownRepository(root: string): HooksFolder {
  const advice = 'clone it with git to see the demonstration, or go to a repository of yours and run: ' + `node '${path.join(root, 'dist', 'client', 'hefc.cjs')}' init`;
  let where: HooksFolder;
  try {
    where = findHooksFolder(root);
  } catch (error) {
    if (!(error instanceof NotARepository)) throw error;
    throw new Failure(EXIT.notARepository, `this copy of hefc has no .git folder, and hefc reads Git's objects; ${advice}`);
  }
  if (realpathSync(where.top) !== realpathSync(root)) throw new Failure(EXIT.notARepository, `this copy of hefc lies inside another repository (${where.top}) and has no history of its own; ${advice}`);
  return where;
}

function place(root: string): FoundPlace {
  for (const candidate of DEMO_PLACES) {
    const found = findPlace(candidate, readFileSync(path.join(root, candidate.file), 'utf8'));
    if (found !== undefined) return found;
  }
  throw new Failure(EXIT.failed, 'the lines this demonstration completes were edited away; restore them with: git checkout -- client');
}

function show(found: FoundPlace, result: CompleteResult): void {
  print('', `${found.file}, line ${found.line}, with the cursor at the bar:`, '');
  found.above.slice(-SHOWN_ABOVE).forEach((line, index, all) => print(`${String(found.line - all.length + index).padStart(5)}  ${line}`));
  print(`${String(found.line).padStart(5)}  ${found.prefix}|`, '');
  print(`hefc writes     ${result.text === '' ? `nothing: ${REASONS[result.reason]}` : result.text}`);
  print(`the real line   ${found.expected}`);
  print(`lane            ${result.lane}${result.lane === 'copy' ? ' (copied from a like place in the repository)' : ''}`, '');
  print(`${result.tokens.memory} memory vectors went into the prompt, fused from these nodes:`);
  for (const node of result.nodes.slice(0, SHOWN_NODES)) print(`  ${node.score.toFixed(4)}  ${node.level.padEnd(9)}  ${String(node.vectors).padStart(2)} vectors  ${nodeName(node.path, node.level, node.lines)}`);
  if (result.nodes.length > SHOWN_NODES) print(`  … and ${result.nodes.length - SHOWN_NODES} more`);
  const { total, retrieve, prefill, decode } = result.ms;
  print('', `${total.toFixed(0)} ms: retrieve ${retrieve.toFixed(0)}, prefill ${prefill.toFixed(0)}, decode ${decode.toFixed(0)}; model ${result.model}, ${result.tokens.prefix + result.tokens.suffix} tokens of the file itself.`);
}

async function demonstrate(): Promise<void> {
  const root = packageRoot();
  const where = ownRepository(root);
  makeFolder(where.commonDir);
  print("Indexing hefc's own repository (no hook is installed) …");
  await withDaemon(async (connection) => {
    const { result } = await runIndex(connection, root);
    if (result.commit === null) throw new Failure(EXIT.failed, 'this repository has no commit yet; commit its files and run npm start again');
    const { repo, daemon } = await connection.call('status', { repo: root }, { timeout: TIMEOUT_MS });
    if (repo !== null) print(`${repo.chunks} chunks in ${repo.nodes} nodes, ${size(repo.db_bytes)}, ready after ${duration(result.ms)}; model ${daemon.model} on ${daemon.device}.`);
    const found = place(root);
    const request = { file: path.join(root, found.file), text: found.text, line: found.line, column: found.prefix.length, context: 'hef' as const, timeout: TIMEOUT_MS };
    await connection.call('complete', request, { timeout: TIMEOUT_MS * 2 });
    // The second request is what an editor sees: model warm, file read before.
    show(found, await connection.call('complete', request, { timeout: TIMEOUT_MS * 2 }));
  });
  print('', 'Next:', '  npm link                    puts hefc on your PATH', '  cd YOUR-REPOSITORY && hefc init', '  hefc complete --file FILE --line N --column C', 'To take the vectors of this clone away again: npx hefc uninit. The daemon ends by itself when idle; at once: npx hefc daemon stop');
}

try {
  await demonstrate();
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
