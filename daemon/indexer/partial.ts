/**
 * Objects that are not in the clone (partial, shallow or damaged). What can be had is indexed all the same, under keys
 * that name what is missing: once the objects are there, the true keys are still free and everything is fused as usual.
 */
import { createHash } from 'node:crypto';
import type { PlannedDirectory } from './plan.js';

/** `<object id>/<language>` of a file, `<tree id>/<scope>` of a directory. */
export const nameOf = (oid: string, kind: string): string => `${oid}/${kind}`;

/**
 * A planned directory without its missing files, its key and its children's made partial where something below is
 * missing. Call it on children before parents with the same `partial`, which it fills: planned name → partial scope.
 */
export function withoutMissing(directory: PlannedDirectory, missing: ReadonlySet<string>, partial: Map<string, string>): PlannedDirectory {
  if (missing.size === 0) return directory;
  const lost: string[] = [];
  const children: PlannedDirectory['children'] = [];
  const skipped = [...directory.skipped];
  for (const child of directory.children) {
    const name = nameOf(child.oid, child.kind === 'file' ? child.language : child.scope);
    const scope = child.kind === 'directory' ? partial.get(name) : undefined;
    if (child.kind === 'file' && missing.has(name)) skipped.push({ name: child.name, reason: 'missing' });
    else children.push(scope === undefined ? child : { ...child, scope });
    if (scope !== undefined || missing.has(name)) lost.push(`${name}/${scope ?? ''}`);
  }
  if (lost.length === 0) return directory;
  const { tree, scope } = directory.key;
  const partialScope = `partial-${createHash('sha256').update([scope, ...lost].join('\n')).digest('hex').slice(0, 16)}`;
  partial.set(nameOf(tree, scope), partialScope);
  return { ...directory, key: { tree, scope: partialScope }, children, skipped };
}
