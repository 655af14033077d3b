/**
 * All entries of one root tree and how each stands: fused, waiting or refused. Trees and sizes never change, and neither
 * does what was settled: only what still waits is asked for again.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { DirectoryKey, ObjectReader, SkipReason, Store } from '../../store/types.js';
import { rootRules, type IgnoreRules } from '../chunker/ignoreRules.js';
import { languageOf } from '../chunker/language.js';
import { refuse } from './plan.js';
import { rulesIn } from './treeRules.js';

export interface SurveyedFile {
  name: string;
  oid: string;
  language: string;
  bytes: number;
  state: 'fused' | 'waiting' | SkipReason;
}

export interface SurveyedDirectory {
  name: string;
  key: DirectoryKey;
  /** Has its own vectors. */
  node: boolean;
  directories: SurveyedDirectory[];
  files: SurveyedFile[];
}

/** Questions to the store between two turns of the event loop: completions go first. */
const AT_ONCE = 200;

/** Reads one root tree; everything waits until it is settled. */
export async function surveyTree(objects: ObjectReader, tree: string): Promise<SurveyedDirectory> {
  const size = async (oid: string): Promise<number> => (objects.kind === 'git' ? ((await objects.blobSize(oid)) ?? 0) : 0);

  /** `whole`: all below is refused with its folder. */
  async function visit(name: string, path: string, key: DirectoryKey, outer: IgnoreRules, whole: SkipReason | null): Promise<SurveyedDirectory> {
    const found: SurveyedDirectory = { name, key, node: false, directories: [], files: [] };
    const entries = await objects.readTree(key.tree).catch((error: unknown) => {
      if (path === '') throw error;
      return [];
    });
    const rules = await rulesIn(objects, entries, path, outer);
    const sizes = await Promise.all(entries.map(({ kind, oid }) => (kind === 'blob' || kind === 'symlink' ? size(oid) : 0)));
    for (const [at, { name: inner, kind, oid }] of entries.entries()) {
      const below = path === '' ? inner : `${path}/${inner}`;
      const reason = whole ?? refuse(kind, below, rules);
      if (kind === 'tree') found.directories.push(await visit(inner, below, { tree: oid, scope: reason === null ? rules.scope(below) : '' }, rules, reason));
      else found.files.push({ name: inner, oid, language: languageOf(below), bytes: sizes[at]!, state: reason ?? 'waiting' });
    }
    return found;
  }
  return visit('', '', { tree, scope: '' }, rootRules(), null);
}

/** Asks the store for what still waited. `current`: the tree that is fully indexed, of which nothing waits. */
export async function settle(root: SurveyedDirectory, store: Store, current: DirectoryKey | null): Promise<void> {
  const whole = current?.tree === root.key.tree;
  let asked = 0;
  const visit = async (directory: SurveyedDirectory): Promise<void> => {
    for (const inner of directory.directories) await visit(inner);
    for (const file of directory.files) {
      if (file.state !== 'waiting') continue;
      if (++asked % AT_ONCE === 0) await turn();
      const summary = store.blobSummary(file.oid, file.language);
      // An object that this clone lacks was indexed around.
      if (summary !== undefined) file.state = summary.skip ?? 'fused';
      else if (whole) file.state = 'missing';
    }
    const holds = directory.files.some(({ state }) => state === 'fused') || directory.directories.some(({ node }) => node);
    directory.node ||= holds && (whole || store.hasDirectory(directory.key));
  };
  await visit(root);
}
