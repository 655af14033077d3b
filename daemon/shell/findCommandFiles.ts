/**
 * The files of a commit that hold commands, found by walking its tree under the rules of an index: what is refused by name,
 * ignored, a link or a submodule is never read. Needs no index.
 */
import { isUtf8Name } from '../../store/entryName.js';
import type { ObjectReader } from '../../store/types.js';
import { descend, type IgnoreRules, rootRules } from '../chunker/ignoreRules.js';
import { refusePath } from '../chunker/refuse.js';
import { ruleText } from '../indexer/plan.js';
import { commandFileKind, PACKAGE_MANAGERS, type PackageManager } from './commandFiles.js';
import type { CommandFile } from './types.js';

export interface CommandFiles {
  files: CommandFile[];
  /** Folder → what its lock file says scripts are run by. */
  managers: Map<string, PackageManager>;
}

/** What directories hold, by themselves and below. Keyed by tree, path and the rules that reach into it. */
export type WalkMemory = Map<string, CommandFiles>;

/** Directories remembered; beyond that all are forgotten. */
const MOST_DIRECTORIES = 50_000;

/**
 * Walks a tree. `memory` keeps what walks found, so that the next enters only what changed, and one that was aborted goes on
 * where it stood. Rejects when aborted or when a tree cannot be read.
 */
export async function findCommandFiles(objects: ObjectReader, rootTree: string, memory: WalkMemory, signal?: AbortSignal): Promise<CommandFiles> {
  if (memory.size > MOST_DIRECTORIES) memory.clear();

  async function visit(path: string, tree: string, outer: IgnoreRules): Promise<CommandFiles> {
    signal?.throwIfAborted();
    const key = `${tree}/${outer.scope(path)}/${path}`;
    const found = memory.get(key) ?? (await read(path, tree, outer));
    memory.set(key, found);
    return found;
  }

  async function read(path: string, tree: string, outer: IgnoreRules): Promise<CommandFiles> {
    const entries = await objects.readTree(tree);
    const oidOf = (name: string): string | undefined => entries.find((entry) => entry.name === name && entry.kind === 'blob')?.oid;
    const hefcignore = await ruleText(objects, oidOf('.hefcignore'));
    const gitattributes = await ruleText(objects, oidOf('.gitattributes'));
    const rules = descend(outer, path, { ...(hefcignore !== undefined && { hefcignore }), ...(gitattributes !== undefined && { gitattributes }) });
    const found: CommandFiles = { files: [], managers: new Map() };
    for (const { name, kind, oid } of entries) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (kind === 'tree') {
        if (!isUtf8Name(inner) || refusePath(`${inner}/-`) !== null || rules.refuses(inner, true) !== null) continue;
        const below = await visit(inner, oid, rules);
        found.files.push(...below.files);
        for (const [folder, manager] of below.managers) found.managers.set(folder, manager);
      } else if (kind === 'blob') {
        if (Object.hasOwn(PACKAGE_MANAGERS, name)) found.managers.set(path, PACKAGE_MANAGERS[name]!);
        const holds = commandFileKind(inner);
        if (holds !== undefined && isUtf8Name(inner) && refusePath(inner) === null && rules.refuses(inner, false) === null) found.files.push({ path: inner, oid, kind: holds });
      }
    }
    return found;
  }

  return visit('', rootTree, rootRules());
}
