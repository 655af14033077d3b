/** The text a completion starts from: given, or read from the file; and the cursor's place in it. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { HUGE_BYTES } from '../chunker/refuse.js';
import { CallError } from '../ipc/errors.js';
import type { CompleteParams } from '../ipc/protocol.js';

/** undefined: refused (binary, not UTF-8, or too large). Errors: usage when the file is not there. */
export function bufferText({ file, text }: CompleteParams): string | undefined {
  if (text !== undefined) return Buffer.byteLength(text) > HUGE_BYTES || text.includes('\0') ? undefined : text;
  let handle: number;
  try {
    // Without waiting: a pipe that nobody writes to would hold up the whole daemon.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new CallError('usage', `${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path, or pass the text with --stdin`);
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new CallError('usage', `${file} is not a file; name a file`);
    if (stat.size > HUGE_BYTES) return undefined;
    const bytes = Buffer.alloc(stat.size);
    let read = 0;
    for (let n = -1; read < bytes.length && n !== 0; read += n) n = readSync(handle, bytes, read, bytes.length - read, read);
    const found = bytes.subarray(0, read);
    if (found.includes(0)) return undefined;
    const decoded = found.toString('utf8');
    return decoded.includes('\ufffd') && Buffer.compare(Buffer.from(decoded), found) !== 0 ? undefined : decoded;
  } finally {
    closeSync(handle);
  }
}

/**
 * Splits at a cursor: `line` 1-based, `column` in UTF-16 code units, 0-based.
 * The line after a final newline exists. Errors: usage, naming the size of the file or line.
 */
export function splitAtCursor(text: string, line: number, column: number): { prefix: string; suffix: string } {
  if (!Number.isInteger(line) || line < 1 || !Number.isInteger(column) || column < 0) throw new CallError('usage', 'the cursor must be a line from 1 and a column from 0');
  let start = 0;
  let count = 1;
  while (count < line) {
    const newline = text.indexOf('\n', start);
    if (newline === -1) throw new CallError('usage', `line ${line} is outside the file, which has ${count} lines`);
    start = newline + 1;
    count++;
  }
  const newline = text.indexOf('\n', start);
  let end = newline === -1 ? text.length : newline;
  if (text[end - 1] === '\r' && end > start) end--;
  if (column > end - start) throw new CallError('usage', `column ${column} is outside line ${line}, which has ${end - start} columns`);
  return { prefix: text.slice(0, start + column), suffix: text.slice(start + column) };
}
