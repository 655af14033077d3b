/** The command lines of a repository as one would type them in one of its folders, each with how likely it is. */
import { relative } from 'node:path/posix';
import type { PackageManager } from './commandFiles.js';
import type { Candidate, CommandFile, CommandFileKind, FileCommand } from './types.js';

/** What a command counts by how it is given: what is made to be asked for by name, then what is written for people. */
const NAMED_WEIGHT = 3;
const PROGRAM_WEIGHT = 1;
const LINE_WEIGHT: Readonly<Record<CommandFileKind, number>> = { document: 2, pipeline: 1.5, makefile: 0.7, justfile: 0.7, package: 0.5, script: 0.5, dockerfile: 0.5 };
/** Scripts that npm runs without `run`. */
const NPM_WORDS = new Set(['test', 'start', 'stop', 'restart']);

export interface ReadFile {
  file: CommandFile;
  commands: readonly FileCommand[];
}

/** Steps between two folders, up and down. */
export function distance(from: string, to: string): number {
  return from === to ? 0 : relative(`/${from}`, `/${to}`).split('/').length;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** @param folder where one stands, from the repository root; '' is the root */
export function candidatesIn(folder: string, files: readonly ReadFile[], managers: ReadonlyMap<string, PackageManager>): Candidate[] {
  const found = new Map<string, Candidate & { steps: number }>();
  const managed = [...managers.keys()];
  const ownPackage = nearestAbove(folder, files.flatMap(({ file }) => (file.kind === 'package' ? [folderOf(file.path)] : [])));
  for (const { file, commands } of files) {
    const home = folderOf(file.path);
    const steps = distance(folder, home);
    const where: Where = { home, folder, there: relative(`/${folder}`, `/${home}`), manager: managers.get(nearestAbove(home, managed) ?? '') ?? 'npm' };
    for (const command of commands) {
      const ways = command.what === 'script' && home !== ownPackage && isAbove(home, folder) ? [] : waysToType(command, file, where);
      for (const text of ways) {
        const weight = weightOf(command, file.kind) / (1 + steps / 2);
        const known = found.get(text);
        const from = `${file.path}:${command.line}`;
        if (known === undefined) found.set(text, { text, from, prior: weight, steps });
        else {
          known.prior += weight;
          if (steps < known.steps) Object.assign(known, { from, steps });
        }
      }
    }
  }
  return [...found.values()].map(({ text, from, prior }) => ({ text, from, prior: Math.log1p(prior) }));
}

function weightOf({ what }: FileCommand, kind: CommandFileKind): number {
  if (what === 'line') return LINE_WEIGHT[kind];
  return what === 'file' ? PROGRAM_WEIGHT : NAMED_WEIGHT;
}

/** A file's folder as seen from where one stands. */
interface Where {
  home: string;
  folder: string;
  /** From `folder` to `home`; '' is the same. */
  there: string;
  manager: PackageManager;
}

/** The usual way first; none where it cannot be typed in this folder. */
function waysToType({ what, text }: FileCommand, file: CommandFile, { home, folder, there, manager }: Where): string[] {
  if (/[^\w./@+-]/.test(there)) return what === 'line' ? [text] : [];
  switch (what) {
    case 'line': return [text];
    case 'target': return file.path.endsWith('.mk') ? [] : [there === '' ? `make ${text}` : `make -C ${there} ${text}`];
    // just looks in the folders above by itself.
    case 'recipe': return isAbove(home, folder) ? [`just ${text}`] : [`just -d ${there} -f ${there}/${file.path.slice(home.length).replace(/^\//, '')} ${text}`];
    case 'file': return /[^\w./@+-]/.test(file.path) ? [] : [there.startsWith('..') ? relative(`/${folder}`, `/${file.path}`) : `./${relative(`/${folder}`, `/${file.path}`)}`];
    case 'script': return runScript(text, manager, isAbove(home, folder) ? '' : there);
  }
}

/** @param there the folder of the package.json, '' when it is the one that is found by itself */
function runScript(name: string, manager: PackageManager, there: string): string[] {
  switch (manager) {
    case 'pnpm': return there === '' ? [`pnpm ${name}`, `pnpm run ${name}`] : [`pnpm -C ${there} ${name}`];
    case 'yarn': return there === '' ? [`yarn ${name}`, `yarn run ${name}`] : [`yarn --cwd ${there} ${name}`];
    case 'bun': return [there === '' ? `bun run ${name}` : `bun run --cwd ${there} ${name}`];
    case 'npm': {
      const prefix = there === '' ? 'npm' : `npm --prefix ${there}`;
      return NPM_WORDS.has(name) ? [`${prefix} ${name}`, `${prefix} run ${name}`] : [`${prefix} run ${name}`];
    }
  }
}

const isAbove = (upper: string, lower: string): boolean => upper === '' || upper === lower || lower.startsWith(`${upper}/`);

/** The innermost of these folders that is `folder` or one around it. */
function nearestAbove(folder: string, folders: readonly string[]): string | undefined {
  return folders.filter((one) => isAbove(one, folder)).sort((a, b) => b.length - a.length)[0];
}
