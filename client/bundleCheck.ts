/** Are the parts of a bundle the files its bundle.json lists? Reads bytes only. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface BundleListing {
  id: string;
  directory: string;
  origin: 'shipped' | 'user';
  problem: string | null;
  manifest: { parts: Record<string, { sha256: string; bytes: number }>; fuser: object | null } | null;
}

/** Undefined when every part is whole; otherwise the cause, in words. */
export function bundleProblem(bundle: BundleListing): string | undefined {
  if (bundle.manifest === null) return bundle.problem ?? 'bundle.json cannot be read';
  for (const [name, { sha256, bytes }] of Object.entries(bundle.manifest.parts)) {
    const file = path.join(bundle.directory, name);
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return `${name} is missing`;
    if (!stat.isFile()) return `${name} is not a plain file`;
    if (stat.size !== bytes) return `${name} has ${stat.size} bytes instead of ${bytes}: it is truncated or replaced`;
    if (createHash('sha256').update(readFileSync(file)).digest('hex') !== sha256) return `${name} does not match its sha-256`;
  }
  return undefined;
}

export function bundleBytes(bundle: BundleListing): number {
  return Object.values(bundle.manifest?.parts ?? {}).reduce((sum, { bytes }) => sum + bytes, 0);
}
