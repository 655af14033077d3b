/** What may be typed after `hefc`, read from commander's own tree, so that completion offers what the command takes. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Argument, Command, Option } from 'commander';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { userModelsFolder } from '../../daemon/ipc/paths.js';

/** What follows: nothing, any text, a path, or one of these words. */
export type Value = undefined | 'text' | 'path' | readonly string[];

export interface OfferedOption {
  /** All its spellings: `-f`, `--follow`. */
  flags: string[];
  description: string;
  value: Value;
}

/** One command, with what may come after it. */
export interface Place {
  /** `/` and the names that lead to it: `` for hefc itself, `/daemon/start`. */
  at: string;
  commands: { name: string; description: string }[];
  options: OfferedOption[];
  argument: Value;
}

const PATHS = /^(?:path|file|folder|dir|directory|tasks)$/i;

/** Every command of the tree, hefc itself first. */
export function offersOf(program: Command): Place[] {
  const found: Place[] = [];
  const visit = (command: Command, at: string): void => {
    const help = command.createHelp();
    const shown = help.visibleCommands(command);
    const commands = shown.map((one) => ({ name: one.name(), description: help.subcommandDescription(one) }));
    found.push({ at, commands, options: [...help.visibleOptions(command).map(offered), ...ofUsage(command)], argument: argumentOf(command, at) });
    for (const one of shown) {
      if (one.name() === 'help') found.push({ at: `${at}/help`, commands: [], options: [], argument: commands.map(({ name }) => name).filter((name) => name !== 'help') });
      else visit(one, `${at}/${one.name()}`);
    }
  };
  visit(program, '');
  return found;
}

function offered(option: Option): OfferedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined && flag !== null);
  const takes = option.required || option.optional;
  return { flags, description: option.description, value: takes ? valueOf(/[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '', option.argChoices) : undefined };
}

function valueOf(name: string, choices: readonly string[] | undefined): Value {
  return choices ?? (PATHS.test(name) ? 'path' : 'text');
}

/** Options that a command passes on are named in its usage alone: `[--repo DIR]`. */
function ofUsage(command: Command): OfferedOption[] {
  if (!takesAnything(command)) return [];
  const named = [...command.usage().matchAll(/(--[\w-]+)(?: ([A-Z]\w*))?/g)];
  return named.map(([, flag = '', value]) => ({ flags: [flag], description: '', value: value === undefined ? undefined : valueOf(value, undefined) }));
}

const takesAnything = (command: Command): boolean => command.registeredArguments.some(({ variadic }) => variadic);

function argumentOf(command: Command, at: string): Value {
  const argument: Argument | undefined = command.registeredArguments[0];
  if (argument === undefined) return undefined;
  if (at === '/model/use') return bundleNames();
  // Words between bars are what comes first: `[--quick] | compare [...] | growth`.
  const words = takesAnything(command) ? [...command.usage().matchAll(/\| ([a-z]+)\b/g)].map(([, word]) => word ?? '') : [];
  return words.length > 0 ? words : valueOf(takesAnything(command) ? 'file' : argument.name(), argument.argChoices);
}

/** Folders of bundles that are there now. */
function bundleNames(): string[] {
  const folders = [path.join(packageRoot(), 'models'), userModelsFolder()].filter((folder) => existsSync(folder));
  return [...new Set(folders.flatMap((folder) => readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'bundle.json')))))].sort();
}
