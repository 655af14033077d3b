/** The bundles of this machine, listed by the model room in a child process. */
import path from 'node:path';
import { packageRoot } from '../daemon/ipc/packageRoot.js';
import { userModelsFolder } from '../daemon/ipc/paths.js';
import type { BundleListing } from './bundleCheck.js';
import { callInChild } from './inChild.js';

export function bundles(): Promise<BundleListing[]> {
  return listBundles({ shipped: path.join(packageRoot(), 'models'), user: userModelsFolder() });
}

export function listBundles(folders: { shipped: string; user: string }): Promise<BundleListing[]> {
  return callInChild<BundleListing[]>('models/bundle/list.js', 'listBundles', [folders], { timeout: 30_000 });
}
