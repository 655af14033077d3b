/** Finds the `hefc` command, as an absolute path: what lies in the opened folder is never run by accident. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { HEFC_NAMES, isProgram, programOnPath } from '../../onPath.js';

/** The first version with what this extension asks of the server. */
export const LEAST_VERSION = '0.1.0';
/** Node starts slowly on a machine that is busy opening an editor, in ms. */
const VERSION_MS = 30_000;

/** hefc cannot be used; the message is one line that names the fix. */
export class NoHefc extends Error {}

export interface Hefc {
  /** Absolute. */
  command: string;
  version: string;
}

/** `wanted`: the setting; empty: look on the PATH. Rejects with NoHefc. */
export async function findHefc(wanted: string, environment: NodeJS.ProcessEnv = process.env): Promise<Hefc> {
  const command = wanted === '' ? onPath(environment) : given(wanted);
  const said = await new Promise<string>((resolve, reject) => {
    const run = spawnable(command, ['--version']);
    execFile(run.command, run.args, { ...run.options, cwd: homedir(), timeout: VERSION_MS, env: environment }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim());
      const why = error.killed === true ? 'it did not answer' : (stderr.trim().split('\n')[0] ?? '') || error.message.split('\n')[0];
      reject(new NoHefc(`${command} does not run: ${why}. Run "hefc doctor" in a terminal.`));
    });
  });
  const [version] = /\d+\.\d+\.\d+/.exec(said) ?? [];
  if (version === undefined) throw new NoHefc(`${command} is not hefc: it said "${said.slice(0, 80)}". Correct the setting hefc.path.`);
  if (isOlder(version, LEAST_VERSION)) throw new NoHefc(`${command} is version ${version}, which is too old for this extension; it needs ${LEAST_VERSION}. Update hefc.`);
  return { command, version };
}

function given(wanted: string): string {
  const command = wanted.startsWith('~/') ? path.join(homedir(), wanted.slice(2)) : wanted;
  if (!path.isAbsolute(command)) throw new NoHefc(`The setting hefc.path is "${wanted}"; it must be an absolute path, or empty for the hefc on the PATH.`);
  if (!isProgram(command)) throw new NoHefc(`There is no program ${command}, which the setting hefc.path names. Correct it, or empty it to use the hefc on the PATH.`);
  return command;
}

function onPath(environment: NodeJS.ProcessEnv): string {
  const found = programOnPath(HEFC_NAMES, environment);
  if (found === undefined) throw new NoHefc('hefc was not found on the PATH that this editor sees. Install it (in the hefc folder: npm link), or set hefc.path to where it is.');
  return found;
}

/** Command files of Windows run in a shell only; the path is then quoted. */
export function spawnable(command: string, args: string[]): { command: string; args: string[]; options: { shell?: boolean } } {
  return /\.cmd$/i.test(command) ? { command: `"${command}"`, args, options: { shell: true } } : { command, args, options: {} };
}

export function isOlder(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number));
  const at = [0, 1, 2].find((index) => a![index] !== b![index]);
  return at !== undefined && a![at]! < b![at]!;
}
