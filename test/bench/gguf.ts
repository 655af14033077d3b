/**
 * Writes GGUF files, version 3, by the format's specification (docs/gguf.md of the public repository ggml-org/ggml): the
 * magic number, counts, typed metadata, a list of tensors, then their numbers, each tensor at a multiple of 32 bytes. All
 * numbers are little-endian. Only what the speed of llama.cpp is measured with (llama.ts) can be written.
 */

/** Widths that numbers can be kept in: `q8_0` takes 34 bytes for 32 numbers, a float16 scale and 32 int8. */
export type NumberType = 'f32' | 'f16' | 'q8_0';

export interface GgufTensor {
  /** As PyTorch has it, rows first; the file wants the fastest extent first. */
  shape: number[];
  values: Float32Array;
  /** q8_0 needs a multiple of 32 as the last extent. */
  type: NumberType;
}

export type Metadata = Record<string, string | { uint32: number } | { float32: number }>;

const ALIGNMENT = 32;
/** Numbers that share a scale in q8_0. */
const BLOCK = 32;
const typeIds: Record<NumberType, number> = { f32: 0, f16: 1, q8_0: 8 };
const valueIds = { uint32: 4, float32: 6, string: 8 };

/** Serialises in the order given. Throws when a shape does not fit its numbers or its type. */
export function writeGguf(metadata: Metadata, tensors: ReadonlyMap<string, GgufTensor>): Uint8Array {
  const pieces: Uint8Array[] = [Buffer.from('GGUF'), uint32(3), uint64(tensors.size), uint64(Object.keys(metadata).length)];
  for (const [key, value] of Object.entries(metadata)) {
    pieces.push(text(key));
    if (typeof value === 'string') pieces.push(uint32(valueIds.string), text(value));
    else if ('uint32' in value) pieces.push(uint32(valueIds.uint32), uint32(value.uint32));
    else pieces.push(uint32(valueIds.float32), float32(value.float32));
  }
  const bodies: Uint8Array[] = [];
  let at = 0;
  for (const [name, tensor] of tensors) {
    const body = encode(name, tensor);
    pieces.push(text(name), uint32(tensor.shape.length), ...[...tensor.shape].reverse().map(uint64), uint32(typeIds[tensor.type]), uint64(at));
    bodies.push(body, gapAfter(body.byteLength));
    at += body.byteLength + bodies.at(-1)!.byteLength;
  }
  const head = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Buffer.concat([...pieces, gapAfter(head), ...bodies]);
}

function encode(name: string, { shape, values, type }: GgufTensor): Uint8Array {
  if (shape.reduce((product, each) => product * each, 1) !== values.length) throw new Error(`${name}: ${values.length} numbers are not [${shape.join()}]`);
  if (type === 'f32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (type === 'f16') return new Uint8Array(Uint16Array.from(values, halfBits).buffer);
  if (shape.at(-1)! % BLOCK !== 0) throw new Error(`${name}: rows of ${shape.at(-1)} numbers cannot be q8_0, whose blocks hold ${BLOCK}`);
  return encodeBlocks(values);
}

/** q8_0: the largest number of a block becomes ±127. */
function encodeBlocks(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array((values.length / BLOCK) * (2 + BLOCK));
  const view = new DataView(bytes.buffer);
  for (let from = 0, at = 0; from < values.length; from += BLOCK, at += 2 + BLOCK) {
    let largest = 0;
    for (let i = from; i < from + BLOCK; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = largest / 127;
    view.setUint16(at, halfBits(scale), true);
    for (let i = 0; i < BLOCK; i++) view.setInt8(at + 2 + i, scale === 0 ? 0 : Math.round(values[from + i]! / scale));
  }
  return bytes;
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** The nearest float16, as its bits; beyond 65,504 infinity. */
export function halfBits(value: number): number {
  single[0] = value;
  const bits = singleBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  // Below the smallest normal number float16 has steps of 2⁻²⁴. A carry out of the fraction is the next exponent's.
  if (size < 2 ** -14) return sign | nearestEven(size * 2 ** 24);
  const exponent = ((bits >>> 23) & 255) - 127 + 15;
  return sign | ((exponent << 10) + nearestEven((bits & 0x7fffff) / 2 ** 13));
}

function nearestEven(value: number): number {
  const down = Math.floor(value);
  const over = value - down;
  return over > 0.5 || (over === 0.5 && down % 2 === 1) ? down + 1 : down;
}

function gapAfter(bytes: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

/** A length, then UTF-8 without an end mark. */
function text(value: string): Uint8Array {
  return Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);
}
