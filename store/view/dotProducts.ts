/**
 * Dot products of one int8 vector with many, in WebAssembly: sixteen products at once (128-bit SIMD), exact in 32-bit
 * integers. `node dist/test/bench/dotProducts.js` compares it with a plain loop in JavaScript and with vec0's own search.
 */

/** Keys scored by one call: their results take 256 KB of the module's memory. */
const BATCH = 65_536;
const PAGE = 65_536;
const LANES = 16;

// Opcodes (WebAssembly core specification 2.0, index of instructions).
const [BLOCK, LOOP, END, BR, BR_IF] = [0x02, 0x03, 0x0b, 0x0c, 0x0d];
const [GET, SET, TEE] = [0x20, 0x21, 0x22];
const [I32_STORE, I32_CONST, I32_EQZ, I32_ADD, I32_SUB] = [0x36, 0x41, 0x45, 0x6a, 0x6b];
const SIMD = 0xfd;
const V128_LOAD = [SIMD, 0x00, 0x00, 0x00];
const V128_ZERO = [SIMD, 0x0c, ...new Array<number>(16).fill(0)];
const lane = (at: number): number[] => [SIMD, 0x1b, at];
/** Opcodes from 0x80 on take two bytes (LEB128). */
const simd = (code: number): number[] => (code < 0x80 ? [SIMD, code] : [SIMD, (code & 0x7f) | 0x80, code >> 7]);
const [PAIRWISE_SUM, PRODUCT_LOW, PRODUCT_HIGH, I32X4_ADD] = [0x7e, 0x9c, 0x9d, 0xae].map((code) => simd(code)) as [number[], number[], number[], number[]];
const [I32, V128, EMPTY] = [0x7f, 0x7b, 0x40];

/** dots(query, key, count, blocks, out): for each of `count` keys the sum over 16 · `blocks` products, as int32 at `out`. */
function moduleBytes(): Uint8Array {
  const [QUERY, KEY, COUNT, BLOCKS, OUT, at, left, sum, a, b] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const step = (local: number, by: number): number[] => [GET, local, I32_CONST, by, I32_ADD, SET, local];
  const down = (local: number): number[] => [GET, local, I32_CONST, 1, I32_SUB, TEE, local];
  const code = [
    BLOCK, EMPTY, GET, COUNT!, I32_EQZ, BR_IF, 0,
    LOOP, EMPTY,
      ...V128_ZERO, SET, sum!, GET, QUERY!, SET, at!, GET, BLOCKS!, SET, left!,
      LOOP, EMPTY,
        GET, at!, ...V128_LOAD, SET, a!, GET, KEY!, ...V128_LOAD, SET, b!,
        GET, sum!,
        GET, a!, GET, b!, ...PRODUCT_LOW, ...PAIRWISE_SUM, ...I32X4_ADD,
        GET, a!, GET, b!, ...PRODUCT_HIGH, ...PAIRWISE_SUM, ...I32X4_ADD,
        SET, sum!,
        ...step(at!, LANES), ...step(KEY!, LANES),
        ...down(left!), BR_IF, 0,
      END,
      GET, OUT!,
      GET, sum!, ...lane(0), GET, sum!, ...lane(1), I32_ADD, GET, sum!, ...lane(2), I32_ADD, GET, sum!, ...lane(3), I32_ADD,
      I32_STORE, 2, 0,
      ...step(OUT!, 4),
      ...down(COUNT!), I32_EQZ, BR_IF, 1, BR, 0,
    END, END, END,
  ];
  const section = (id: number, bytes: number[]): number[] => [id, ...length(bytes.length), ...bytes];
  const body = [2, 2, I32, 3, V128, ...code];
  const name = (text: string): number[] => [text.length, ...Buffer.from(text, 'latin1')];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...name('m'), ...name('m'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('dots'), 0, 0]),
    ...section(10, [1, ...length(body.length), ...body]),
  ] as number[]);
}

/** LEB128 of a length below 16,384. */
function length(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7];
}

/** Vectors that grow in number, all of one length. */
export interface DotProducts {
  /** @param vector [dim] */
  push(vector: Int8Array): void;
  /** Reads vector `at` where it lies: valid until the next push. */
  at(at: number): Int8Array;
  /** Calls back with the dot products of vectors first, first + 1, … and the query, batch by batch. @param query [dim] */
  each(query: Int8Array, take: (dots: Int32Array, first: number) => void): void;
}

let compiled: WebAssembly.Module | undefined;

export function createDotProducts(dim: number): DotProducts {
  const stride = Math.ceil(dim / LANES) * LANES;
  const out = Math.ceil(stride / PAGE) * PAGE;
  const start = out + 4 * BATCH;
  const memory = new WebAssembly.Memory({ initial: start / PAGE });
  compiled ??= new WebAssembly.Module(moduleBytes());
  const { exports } = new WebAssembly.Instance(compiled, { m: { m: memory } });
  const dots = exports['dots'] as (query: number, key: number, count: number, blocks: number, out: number) => void;
  let count = 0;
  let bytes = new Int8Array(memory.buffer);

  return {
    push(vector) {
      const place = start + count * stride;
      if (place + stride > bytes.length) {
        // By an eighth at least, so that a long row of pushes copies little.
        memory.grow(Math.max(16, Math.ceil((place + stride - bytes.length + bytes.length / 8) / PAGE)));
        bytes = new Int8Array(memory.buffer);
      }
      bytes.set(vector, place);
      count++;
    },
    at: (at) => bytes.subarray(start + at * stride, start + at * stride + dim),
    each(query, take) {
      bytes.fill(0, 0, stride);
      bytes.set(query, 0);
      for (let first = 0; first < count; first += BATCH) {
        const some = Math.min(BATCH, count - first);
        dots(0, start + first * stride, some, stride / LANES, out);
        take(new Int32Array(memory.buffer, out, some), first);
      }
    },
  };
}
