/** Which files hold commands, by their path alone. */
import type { CommandFileKind } from './types.js';

/** Pipelines by the names that their services read, and whatever else is YAML where such files lie. */
const PIPELINES = /(?:^|\/)(?:\.github\/(?:workflows|actions)\/.+|\.circleci\/.+|\.buildkite\/.+|\.woodpecker\/.+|\.ci\/.+|[^/]*\.gitlab-ci|\.travis|\.drone|\.woodpecker|\.appveyor|appveyor|azure-pipelines[^/]*|bitbucket-pipelines|action|[Tt]askfile)\.ya?ml$/;
const SCRIPT_ENDINGS = /\.(?:sh|bash|zsh|fish|command)$/;
/** Folders in which a file without an ending is mostly a script; its first line decides. */
const SCRIPT_FOLDERS = /(?:^|\/)(?:\.ci|ci|bin|scripts?|tools?|hack|dev)\/[^/.]+$/;
const DOCUMENTS = /\.(?:md|markdown|mdx|rst)$/i;

/** undefined: the file is none we read commands from. */
export function commandFileKind(path: string): CommandFileKind | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'package.json') return 'package';
  if (/^(?:GNUm|[Mm])akefile$/.test(name) || name.endsWith('.mk')) return 'makefile';
  if (/^\.?[Jj]ustfile$/.test(name)) return 'justfile';
  if (/^(?:Docker|Container)file(?:\.[\w-]+)?$|\.dockerfile$/.test(name)) return 'dockerfile';
  if (PIPELINES.test(path)) return 'pipeline';
  if (SCRIPT_ENDINGS.test(name) || SCRIPT_FOLDERS.test(path)) return 'script';
  if (DOCUMENTS.test(name)) return 'document';
  return undefined;
}

/** Files that say by being there how the scripts of the package.json beside them are run, and that command. */
export const PACKAGE_MANAGERS: Readonly<Record<string, 'npm' | 'pnpm' | 'yarn' | 'bun'>> = {
  'package-lock.json': 'npm', 'npm-shrinkwrap.json': 'npm', 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun',
};
export type PackageManager = (typeof PACKAGE_MANAGERS)[string];
