import type { Finding } from '../doctor/check.js';
import { editorFindings } from '../doctor/editors.js';
import { hefcOnPathFindings } from '../doctor/hefcOnPath.js';
import { homeSettingsFindings } from '../doctor/homeSettings.js';
import { inferenceFinding } from '../doctor/inference.js';
import { languageServerFinding } from '../doctor/languageServer.js';
import { nativeFindings } from '../doctor/native.js';
import { oldServerFindings } from '../doctor/oldServers.js';
import { repositoryFindings } from '../doctor/repository.js';
import { surroundingsFindings } from '../doctor/surroundings.js';
import { thisUser } from '../doctor/userPlace.js';
import { EXIT } from '../failure.js';
import { print, printJson } from '../print.js';

const SIGNS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

/** Exit code 1 when a check failed; warnings do not count. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const findings = [...(await nativeFindings()), ...(await surroundingsFindings()), await inferenceFinding(), ...(await repositoryFindings(process.cwd())), ...(await editingFindings())];
  const failed = findings.filter(({ state }) => state === 'failed').length;
  if (failed > 0) process.exitCode = EXIT.failed;
  if (options.json === true) return printJson({ ok: failed === 0, findings });
  for (const { name, state, detail, fix } of findings) {
    print(`${SIGNS[state]}  ${name.padEnd(16)}  ${detail}`);
    if (fix !== undefined) print(`         ${' '.repeat(16)}  fix: ${fix}`);
  }
  print('', failed === 0 ? 'All is well.' : `${failed} of ${findings.length} checks failed.`);
}

/** What editors and shells need, and what is wrong with those that are set up. */
async function editingFindings(): Promise<Finding[]> {
  const user = thisUser();
  return [...(await hefcOnPathFindings(user)), await languageServerFinding(user), ...homeSettingsFindings(), ...(await editorFindings(user)), ...oldServerFindings()];
}
