/** Exit codes, and errors as one line on stderr. */
import { CallError, NoDaemonError } from '../daemon/ipc/errors.js';
import { NotARepository } from '../hooks/notARepository.js';

/** 1 is whatever has no code of its own: a failed check of `doctor`, a broken database or model. */
export const EXIT = { done: 0, failed: 1, usage: 2, noDaemon: 3, notARepository: 4, timeout: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is one line that names the cause and the fix. */
export class Failure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Failure) return error.exitCode;
  if (error instanceof NoDaemonError) return EXIT.noDaemon;
  if (error instanceof NotARepository) return EXIT.notARepository;
  if (!(error instanceof CallError)) return EXIT.failed;
  if (error.code === 'usage') return EXIT.usage;
  if (error.code === 'not-a-repository') return EXIT.notARepository;
  if (error.code === 'timeout') return EXIT.timeout;
  if (error.code === 'version') return EXIT.noDaemon;
  return EXIT.failed;
}

/** `hefc: cause; fix`, without line breaks or control characters. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `hefc: ${text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\x00-\x1f\x7f]/g, '').trim()}`;
}

/** The end of a command that failed: one line on stderr and its exit code. */
export function fail(error: unknown): void {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = exitCodeOf(error);
}

/** A reader that closes the pipe early (`hefc status | head -1`) is no error. */
export function endAtClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed));
}

/** File system errors in words: what could not be done, why, and what to do. */
export function fileFailure(action: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    EACCES: 'permission denied; check who owns it',
    EPERM: 'permission denied; check who owns it',
    EROFS: 'the file system is read-only; make it writable or use a clone elsewhere',
    ENOSPC: 'the disk is full; free some space and run the command again',
    ENOTDIR: 'a part of the path is a file; move that file away',
    EEXIST: 'a file stands where a folder is needed; move that file away',
  };
  return new Failure(EXIT.failed, `cannot ${action}: ${reasons[code ?? ''] ?? (error as Error).message}`);
}
