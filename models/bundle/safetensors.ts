/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header
 * {"name":{"dtype","shape","data_offsets":[begin,end]}}, then the tensors' bytes.
 * Weights are widened to float32 when read, because the CPU computes in nothing narrower.
 */

export interface StoredTensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

export type Tensors = Map<string, StoredTensor>;

const elementBytes: Record<string, number> = { F32: 4, F16: 2, BF16: 2, I8: 1 };

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function isEntry(value: unknown): value is HeaderEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<HeaderEntry>;
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) && shape.every((each) => Number.isSafeInteger(each) && each >= 0) &&
    Array.isArray(offsets) && offsets.length === 2 && offsets.every((each) => Number.isSafeInteger(each) && each >= 0)
  );
}

/** Reads all tensors as views of `file`. Throws one line naming `name` when the file is not whole. */
export function readSafetensors(file: Uint8Array, name: string): Tensors {
  const broken = (why: string): Error => new Error(`${name} is not a readable safetensors file (${why}): copy or download the bundle again.`);
  if (file.byteLength < 8) throw broken('shorter than its header');
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > file.byteLength - 8) throw broken('truncated header');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  } catch {
    throw broken('header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw broken('header is not an object');
  const body = file.subarray(8 + length);
  const tensors: Tensors = new Map();
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    if (!isEntry(entry)) throw broken(`malformed entry of ${key}`);
    const size = elementBytes[entry.dtype];
    if (size === undefined) throw broken(`${key} has the unsupported type ${entry.dtype}`);
    const [begin, end] = entry.data_offsets;
    const expected = entry.shape.reduce((product, each) => product * each, size);
    if (end > body.byteLength || end - begin !== expected) throw broken(`${key} is truncated`);
    tensors.set(key, { dtype: entry.dtype, shape: entry.shape, data: body.subarray(begin, end) });
  }
  return tensors;
}

/** Serialises tensors in the order given. */
export function writeSafetensors(tensors: Tensors): Uint8Array {
  const header: Record<string, HeaderEntry> = {};
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8);
  const head = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + head.byteLength + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.byteLength), true);
  file.set(head, 8);
  let offset = 8 + head.byteLength;
  for (const { data } of tensors.values()) {
    file.set(data, offset);
    offset += data.byteLength;
  }
  return file;
}

function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The tensor's numbers as float32; shares memory with the file where it can. */
export function toFloat32({ dtype, data }: StoredTensor): Float32Array {
  const aligned = (size: number): Uint8Array => (data.byteOffset % size === 0 ? data : data.slice());
  if (dtype === 'F32') {
    const source = aligned(4);
    return new Float32Array(source.buffer, source.byteOffset, source.byteLength / 4);
  }
  if (dtype === 'I8') return Float32Array.from(new Int8Array(data.buffer, data.byteOffset, data.byteLength));
  const source = aligned(2);
  const halves = new Uint16Array(source.buffer, source.byteOffset, source.byteLength / 2);
  if (dtype === 'BF16') {
    const bits = new Uint32Array(halves.length);
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
    return new Float32Array(bits.buffer);
  }
  const wide = new Float32Array(halves.length);
  const table = halfTable();
  for (let i = 0; i < halves.length; i++) wide[i] = table[halves[i]!]!;
  return wide;
}

let halves: Float32Array | null = null;
function halfTable(): Float32Array {
  return (halves ??= Float32Array.from({ length: 65536 }, (_, bits) => widenHalf(bits)));
}

/** A float32 tensor ready for writeSafetensors. */
export function float32Tensor(values: Float32Array, shape: number[]): StoredTensor {
  return { dtype: 'F32', shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
