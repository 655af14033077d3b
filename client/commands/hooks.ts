import { installHooks } from '../../hooks/install.js';
import { hooksStatus } from '../../hooks/status.js';
import { uninstallHooks } from '../../hooks/uninstall.js';
import { findHooksFolder } from '../../hooks/folder.js';
import { EXIT, fileFailure } from '../failure.js';
import { hookLines } from '../hookLines.js';
import { print, printJson } from '../print.js';
import { makeFolder } from '../setUp.js';

/** Exit code 1 when the hooks folder was refused. */
export async function install(options: { shared?: boolean; json?: boolean }): Promise<void> {
  const where = findHooksFolder(process.cwd());
  makeFolder(where.commonDir);
  const outcome = attempt(where.folder, () => installHooks(process.cwd(), { shared: options.shared === true }));
  if (outcome.refused !== undefined && options.shared !== true) process.exitCode = EXIT.failed;
  if (options.json === true) printJson(outcome);
  else print(...hookLines(outcome));
}

export async function uninstall(options: { json?: boolean }): Promise<void> {
  const where = findHooksFolder(process.cwd());
  const outcome = attempt(where.folder, () => uninstallHooks(process.cwd()));
  if (options.json === true) printJson(outcome);
  else print(outcome.restored.length === 0 ? 'There was no hook of ours.' : `Restored in ${outcome.folder}: ${outcome.restored.join(', ')}.`);
}

export async function status(options: { json?: boolean }): Promise<void> {
  const found = hooksStatus(process.cwd());
  if (options.json === true) printJson(found);
  else print(...hookLines(found));
}

function attempt<T>(folder: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw fileFailure(`write hooks into ${folder}`, error);
  }
}
