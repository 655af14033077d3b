/** The model bundle the tests run with: the shipped one. */
import { join } from 'node:path';
import { packageRoot } from '../daemon/ipc/packageRoot.js';

export const bundleDirectory = process.env.HEFC_TEST_BUNDLE ?? join(packageRoot(), 'models', 'nano');
