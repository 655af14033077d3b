/** Draws icon.png: nested boxes, as a directory holds files that hold chunks. `node dist/client/editors/vscode/drawIcon.js FILE` */
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const SIDE = 128;
const CLEAR = [0, 0, 0, 0];
/** Left, top, right, bottom, corner radius, colour. */
const BOXES: [number, number, number, number, number, number[]][] = [
  [4, 4, 124, 124, 22, [24, 32, 56, 255]],
  [20, 20, 108, 108, 12, [58, 80, 140, 255]],
  [34, 34, 62, 94, 6, [120, 190, 255, 255]],
  [68, 34, 94, 60, 6, [120, 190, 255, 255]],
  [68, 66, 94, 94, 6, [255, 196, 87, 255]],
];

function inside(x: number, y: number, [left, top, right, bottom, radius]: (typeof BOXES)[number]): boolean {
  const away = (at: number, from: number, to: number): number => Math.max(from + radius - at, at - (to - radius), 0);
  return Math.hypot(away(x, left, right), away(y, top, bottom)) <= radius;
}

/** Mean of 4 × 4 points, so that the round corners are smooth. */
function pixel(x: number, y: number): number[] {
  const sum = [0, 0, 0, 0];
  for (let point = 0; point < 16; point++) {
    const [px, py] = [x + ((point % 4) + 0.5) / 4, y + (Math.floor(point / 4) + 0.5) / 4];
    const [r, g, b, a] = BOXES.findLast((box) => inside(px, py, box))?.[5] ?? CLEAR;
    for (const [index, value] of [r! * a!, g! * a!, b! * a!, a!].entries()) sum[index]! += value;
  }
  const alpha = sum[3]!;
  return [...sum.slice(0, 3).map((value) => (alpha === 0 ? 0 : Math.round(value / alpha))), Math.round(alpha / 16)];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

const header = Buffer.alloc(13);
header.writeUInt32BE(SIDE, 0);
header.writeUInt32BE(SIDE, 4);
// 8 bits a channel; red, green, blue and alpha.
header.set([8, 6], 8);
const rows = Array.from({ length: SIDE }, (_, y) => [0, ...Array.from({ length: SIDE }, (_, x) => pixel(x, y)).flat()]);
const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
writeFileSync(process.argv[2] ?? 'icon.png', png);
