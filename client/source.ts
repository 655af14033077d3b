/** The text a completion is asked for, and the cursor's place in it. */
import { readFileSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, fileFailure } from './failure.js';
import type { PlaceOptions } from './place.js';
import { readStdin } from './readStdin.js';

/** Larger files are no source anyone edits by hand; the daemon refuses them as well. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface SourceText {
  /** Absolute path. */
  file: string;
  text: string;
}

/** Reads the file, or standard input in its place. Throws Failure: no such file, not a file, too large, binary. */
export async function readSource(file: string, fromStdin: boolean): Promise<SourceText> {
  const absolute = path.resolve(file);
  const bytes = fromStdin ? await readStdin(MAX_BYTES) : readFile(absolute, file);
  if (bytes.length > MAX_BYTES) throw new Failure(EXIT.usage, `${file} is larger than 8 MiB; hefc completes source files below that`);
  if (bytes.subarray(0, 8192).includes(0)) throw new Failure(EXIT.usage, `${file} is binary; hefc completes text files`);
  return { file: absolute, text: bytes.toString('utf8') };
}

/**
 * The cursor, line from 1 and column in UTF-16 units from 0. Where they are left out it stands at the end: of the text, or of the
 * line. Throws Failure when it lies outside the text, and when it is left out although the text is a file's.
 */
export function cursorIn(text: string, { file, line, column, stdin }: Pick<PlaceOptions, 'file' | 'line' | 'column' | 'stdin'>): { line: number; column: number } {
  if (stdin !== true && (line === undefined || column === undefined)) throw new Failure(EXIT.usage, `--line and --column are needed: where in ${file}? Only with --stdin they may be left out, for the end of the text`);
  if (line === undefined && column !== undefined) throw new Failure(EXIT.usage, '--column is of no line; add --line, or leave both out for the end of the text');
  const lines = text.split('\n');
  const at = line ?? lines.length;
  const found = lines[at - 1];
  if (found === undefined) throw new Failure(EXIT.usage, `--line ${at} is outside ${file}, which has ${lines.length} lines`);
  const width = found.endsWith('\r') ? found.length - 1 : found.length;
  if (column !== undefined && column > width) throw new Failure(EXIT.usage, `--column ${column} is outside line ${at} of ${file}, which has ${width} characters`);
  return { line: at, column: column ?? width };
}

function readFile(absolute: string, shown: string): Buffer {
  let stat: Stats;
  try {
    stat = statSync(absolute);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Failure(EXIT.usage, `no such file: ${shown}; check the path, or give its text with --stdin`);
    throw fileFailure(`read ${shown}`, error);
  }
  if (!stat.isFile()) throw new Failure(EXIT.usage, `${shown} is not a file; name a source file`);
  if (stat.size > MAX_BYTES) throw new Failure(EXIT.usage, `${shown} is larger than 8 MiB; hefc completes source files below that`);
  try {
    return readFileSync(absolute);
  } catch (error) {
    throw fileFailure(`read ${shown}`, error);
  }
}
