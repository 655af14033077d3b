/**
 * The three wire kinds of protocol buffers that ONNX needs: varint, 32-bit float, length-delimited bytes.
 *
 * A message is a list of buffers that is joined once at the very end, so that weights are copied one time only.
 */

export interface Message {
  parts: Uint8Array[];
  bytes: number;
}

export function message(): Message {
  return { parts: [], bytes: 0 };
}

function push(target: Message, part: Uint8Array): void {
  target.parts.push(part);
  target.bytes += part.byteLength;
}

function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function tag(target: Message, field: number, wire: 0 | 2 | 5): void {
  push(target, encodeVarint(BigInt((field << 3) | wire)));
}

/** Writes an int64 field; negative numbers take ten bytes, as the format says. */
export function integer(target: Message, field: number, value: number): void {
  tag(target, field, 0);
  push(target, encodeVarint(BigInt(value)));
}

export function float(target: Message, field: number, value: number): void {
  tag(target, field, 5);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  push(target, bytes);
}

export function bytes(target: Message, field: number, value: Uint8Array): void {
  tag(target, field, 2);
  push(target, encodeVarint(BigInt(value.byteLength)));
  push(target, value);
}

export function text(target: Message, field: number, value: string): void {
  bytes(target, field, new TextEncoder().encode(value));
}

export function nested(target: Message, field: number, value: Message): void {
  tag(target, field, 2);
  push(target, encodeVarint(BigInt(value.bytes)));
  for (const part of value.parts) push(target, part);
}

/** Joins a message into one buffer. Throws when it exceeds the 2 GiB that a protocol buffer may hold. */
export function join(source: Message): Uint8Array {
  if (source.bytes >= 2 ** 31) {
    throw new Error(`The ONNX graph would need ${source.bytes} bytes, a protocol buffer holds 2 GiB: set "precision" to int8 or use a smaller model.`);
  }
  const whole = new Uint8Array(source.bytes);
  let at = 0;
  for (const part of source.parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
