import { descend, type IgnoreRules } from '../chunker/ignoreRules.js';
import type { ObjectReader, TreeEntry } from '../../store/types.js';

/** Rule files are small; what is larger is no rule file. */
const RULE_FILE_BYTES = 256 * 1024;

/** The rules below a directory of a tree: those from above, and of the rule files among its entries. */
export async function rulesIn(objects: ObjectReader, entries: readonly TreeEntry[], path: string, outer: IgnoreRules): Promise<IgnoreRules> {
  const textOf = (name: string): Promise<string | undefined> => ruleText(objects, entries.find((entry) => entry.name === name && entry.kind === 'blob')?.oid);
  const hefcignore = await textOf('.hefcignore');
  const gitattributes = await textOf('.gitattributes');
  return descend(outer, path, { ...(hefcignore !== undefined && { hefcignore }), ...(gitattributes !== undefined && { gitattributes }) });
}

async function ruleText(objects: ObjectReader, oid: string | undefined): Promise<string | undefined> {
  if (oid === undefined) return undefined;
  const size = await objects.blobSize(oid);
  if (size === undefined || size > RULE_FILE_BYTES) return undefined;
  return (await objects.readBlob(oid))?.toString('utf8');
}
