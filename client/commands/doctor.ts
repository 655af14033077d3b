import { inferenceFinding } from '../doctor/inference.js';
import { nativeFindings } from '../doctor/native.js';
import { repositoryFindings } from '../doctor/repository.js';
import { surroundingsFindings } from '../doctor/surroundings.js';
import { EXIT } from '../failure.js';
import { print, printJson } from '../print.js';

const SIGNS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

/** Exit code 1 when a check failed; warnings do not count. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const findings = [...(await nativeFindings()), ...(await surroundingsFindings()), await inferenceFinding(), ...(await repositoryFindings(process.cwd()))];
  const failed = findings.filter(({ state }) => state === 'failed').length;
  if (failed > 0) process.exitCode = EXIT.failed;
  if (options.json === true) return printJson({ ok: failed === 0, findings });
  for (const { name, state, detail, fix } of findings) {
    print(`${SIGNS[state]}  ${name.padEnd(16)}  ${detail}`);
    if (fix !== undefined) print(`         ${' '.repeat(16)}  fix: ${fix}`);
  }
  print('', failed === 0 ? 'All is well.' : `${failed} of ${findings.length} checks failed.`);
}
