/**
 * A bundle without a fuser makes no vectors. Its index still serves names, snippets and copies: nodes are kept with no
 * memory and an empty key.
 */
import type { FusedVectors, ModelShapes } from '../../models/types.js';
import type { VectorShapes } from '../../store/types.js';

/** The shortest key the store takes. */
const KEY = 8;

export function isVectorless(shapes: ModelShapes): boolean {
  return shapes.memoryBudget === 0;
}

/** Vector lengths the store is opened with. */
export function storeShapes(shapes: ModelShapes): VectorShapes {
  return isVectorless(shapes) ? { memoryDim: KEY, keyDim: KEY } : { memoryDim: shapes.memoryDim, keyDim: shapes.keyDim };
}

export function noVectors(shapes: ModelShapes): FusedVectors {
  return { memory: new Int8Array(0), scales: new Float32Array(0), key: new Int8Array(storeShapes(shapes).keyDim) };
}
