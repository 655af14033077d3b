/**
 * The files of a commit that hold commands, found by walking its tree under the rules of an index: what is refused by name,
 * ignored, a link or a submodule is never read. Needs no index.
 */
import type { ObjectReader } from '../../store/types.js';
import { type IgnoreRules, rootRules } from '../chunker/ignoreRules.js';
import { refuse } from '../indexer/plan.js';
import { rulesIn } from '../indexer/treeRules.js';
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
    const rules = await rulesIn(objects, entries, path, outer);
    const found: CommandFiles = { files: [], managers: new Map() };
    for (const { name, kind, oid } of entries) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (kind === 'tree') {
        if (refuse(kind, inner, rules) !== null) continue;
        const below = await visit(inner, oid, rules);
        found.files.push(...below.files);
        for (const [folder, manager] of below.managers) found.managers.set(folder, manager);
      } else if (kind === 'blob') {
        if (Object.hasOwn(PACKAGE_MANAGERS, name)) found.managers.set(path, PACKAGE_MANAGERS[name]!);
        const holds = commandFileKind(inner);
        if (holds !== undefined && refuse(kind, inner, rules) === null) found.files.push({ path: inner, oid, kind: holds });
      }
    }
    return found;
  }

  return visit('', rootTree, rootRules());
}
