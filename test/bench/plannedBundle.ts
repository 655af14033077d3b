import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import type { FuserShape, GeneratorShape } from '../../models/bundle/manifest.js';
import { writeRandomBundle, type RandomBundle } from '../models/randomBundle.js';

interface SizeFile {
  model: { generator: Partial<GeneratorShape>; fuser: Partial<FuserShape>; pointer?: { dim: number } };
}

/** A bundle of a planned size (models/training/sizes) with random weights: what it writes means nothing, what it costs does. */
export function writePlannedBundle(size: string): RandomBundle {
  const path = join(packageRoot(), 'models', 'training', 'sizes', `${size}.json`);
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch {
    throw new Error(`no size is named ${size}: models/training/sizes has one file for each`);
  }
  const { generator, fuser, pointer } = (JSON.parse(source) as SizeFile).model;
  return writeRandomBundle({ generator, fuser, ...(pointer !== undefined && { pointer: { ...pointer, matchTokens: 16 } }) });
}
