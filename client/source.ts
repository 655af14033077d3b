/** The text a completion is asked for, and the check that the cursor lies in it. */
import { readFileSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, fileFailure } from './failure.js';
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

/** Throws Failure when line (from 1) and column (UTF-16 units, from 0) lie outside the text. */
export function checkCursor(file: string, text: string, line: number, column: number): void {
  const lines = text.split('\n');
  const found = lines[line - 1];
  if (found === undefined) throw new Failure(EXIT.usage, `--line ${line} is outside ${file}, which has ${lines.length} lines`);
  const width = found.endsWith('\r') ? found.length - 1 : found.length;
  if (column > width) throw new Failure(EXIT.usage, `--column ${column} is outside line ${line} of ${file}, which has ${width} characters`);
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
