import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelShapes } from '../types.js';
import { validateManifest, type Manifest } from './manifest.js';
import { readSafetensors, toFloat32, type StoredTensor, type Tensors } from './safetensors.js';

/** Hands out weights by name as float32, checking the shape that the graph expects. */
export interface Weights {
  /** Throws one line naming the tensor when it is missing or has another shape. */
  get(name: string, shape: number[]): Float32Array;
}

const remedy = 'copy or download the bundle again, or choose another with `hefc model use`';

/** Reads and validates bundle.json alone; cheap. Throws one line naming the folder, the cause and the fix. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, 'bundle.json');
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch {
    throw new Error(`No model bundle in ${directory}: bundle.json is missing or unreadable; choose another with \`hefc model use\`.`);
  }
  try {
    return validateManifest(JSON.parse(source));
  } catch (error) {
    throw new Error(`${path} is not a usable bundle: ${error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message}; ${remedy}.`);
  }
}

/**
 * Reads one part, checked against its size and sha-256. Throws one line naming the part, the cause and the fix.
 * Links are refused: what is loaded lies inside the bundle folder.
 */
export function readPart(directory: string, manifest: Manifest, name: string): Uint8Array {
  const path = join(directory, name);
  const expected = manifest.parts[name];
  if (expected === undefined) throw new Error(`${directory} lists no part ${name}; ${remedy}.`);
  let file: Uint8Array;
  try {
    if (!lstatSync(path).isFile()) throw new Error('not a plain file');
    file = readFileSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}); ${remedy}.`);
  }
  if (file.byteLength !== expected.bytes) throw new Error(`${path} has ${file.byteLength} bytes instead of ${expected.bytes}, it is truncated or replaced; ${remedy}.`);
  if (createHash('sha256').update(file).digest('hex') !== expected.sha256) throw new Error(`${path} does not match its sha-256 in bundle.json; ${remedy}.`);
  return file;
}

/** Reads parts that hold weights as one collection. */
export function readWeights(directory: string, manifest: Manifest, ...parts: string[]): Weights {
  const tensors: Tensors = new Map();
  for (const part of parts) {
    for (const [name, tensor] of readSafetensors(readPart(directory, manifest, part), join(directory, part))) tensors.set(name, tensor);
  }
  return weightsOf(tensors, parts.map((part) => join(directory, part)).join(' + '));
}

/** The parts that the generator's graph is made of: the projector comes with the fuser whose vectors it reads. */
export function generatorParts({ fuser }: Manifest): string[] {
  return fuser === null ? ['generator.safetensors'] : ['generator.safetensors', 'fuser.safetensors'];
}

/** Weights out of tensors already read; `source` names them in errors. */
export function weightsOf(tensors: Tensors, source: string): Weights {
  return {
    get(name, shape) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`${source} has no tensor ${name}; ${remedy}.`);
      if (tensor.shape.join() !== shape.join()) {
        throw new Error(`${source}: ${name} has the shape [${tensor.shape.join()}] instead of [${shape.join()}]; ${remedy}.`);
      }
      return tensor.dtype === 'I8' ? scaled(tensor, tensors.get(`${name}.scale`), `${source}: ${name}`) : toFloat32(tensor);
    },
  };
}

/** int8 weights are stored with a float32 scale for each row. */
function scaled(tensor: StoredTensor, scale: StoredTensor | undefined, what: string): Float32Array {
  const values = toFloat32(tensor);
  const rows = tensor.shape[0] ?? 0;
  if (scale?.dtype !== 'F32' || scale.shape.join() !== String(rows)) throw new Error(`${what} is int8 without a scale for each of its rows; ${remedy}.`);
  const columns = values.length / rows;
  for (const [row, factor] of toFloat32(scale).entries()) for (let i = row * columns; i < (row + 1) * columns; i++) values[i] = values[i]! * factor;
  return values;
}

/** Shapes and limits for the rest of hefc. Without a fuser, memoryBudget is 0 and no vectors are made. */
export function shapesOf({ generator, fuser, pointer }: Manifest): ModelShapes {
  return {
    memoryDim: fuser?.memoryDim ?? 1,
    keyDim: fuser?.keyDim ?? 1,
    chunkTokens: fuser?.chunkTokens ?? 128,
    sliceTokens: fuser?.sliceTokens ?? 16,
    fileVectors: fuser?.fileVectors ?? 0,
    directoryVectors: fuser?.directoryVectors ?? 0,
    memoryBudget: fuser?.memoryBudget ?? 0,
    contextTokens: generator.contextTokens,
    points: pointer !== undefined,
  };
}
