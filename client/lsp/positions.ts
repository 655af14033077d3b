/** Positions of the Language Server Protocol. Inside the server every column is in UTF-16 code units. */
import type { Position } from 'vscode-languageserver';

export type Encoding = 'utf-8' | 'utf-16';

/** The first of the client's encodings that is known here; UTF-16, which every client has to know, when there is none. */
export function chooseEncoding(offered: readonly unknown[] | undefined): Encoding {
  return offered?.find((one): one is Encoding => one === 'utf-8' || one === 'utf-16') ?? 'utf-16';
}

/** A client may send anything. */
export function isPosition(value: unknown): value is Position {
  const { line, character } = (value ?? {}) as Partial<Position>;
  return [line, character].every((number) => Number.isSafeInteger(number) && number! >= 0);
}

/**
 * From a client's character to UTF-16 code units, within the text of its line. Past the end it is the end; inside a
 * character it is the start of that character.
 */
export function toUnits(line: string, character: number, encoding: Encoding): number {
  if (encoding === 'utf-16') {
    const units = Math.min(character, line.length);
    return isLow(line.charCodeAt(units)) && isHigh(line.charCodeAt(units - 1)) ? units - 1 : units;
  }
  let units = 0;
  let bytes = 0;
  for (const point of line) {
    bytes += Buffer.byteLength(point);
    if (bytes > character) break;
    units += point.length;
  }
  return units;
}

/** From UTF-16 code units in the text of a line to the client's character. */
export function fromUnits(line: string, units: number, encoding: Encoding): number {
  return encoding === 'utf-16' ? units : Buffer.byteLength(line.slice(0, units));
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
