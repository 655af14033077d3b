/** The model bundle the tests run with: nano, which is small and quick. */
import { join } from 'node:path';
import { listBundles } from '../models/bundle/list.js';
import { packageRoot } from '../daemon/ipc/packageRoot.js';

export const bundleDirectory = process.env.HEFC_TEST_BUNDLE ?? join(packageRoot(), 'models', 'nano');

/** What is compared with PyTorch: every shipped bundle, or the one that HEFC_TEST_BUNDLE names. */
export const comparedBundles =
  process.env.HEFC_TEST_BUNDLE !== undefined
    ? [process.env.HEFC_TEST_BUNDLE]
    : listBundles({ shipped: join(packageRoot(), 'models'), user: '' }).map(({ directory }) => directory);
