import { CallError, NoDaemonError } from '../../daemon/ipc/errors.js';
import type { SuggestResult } from '../../daemon/ipc/protocol.js';
import { EXIT, exitCodeOf, Failure, oneLine } from '../failure.js';
import { harmless, printJson } from '../print.js';
import { readStdin } from '../readStdin.js';
import { withDaemon } from '../session.js';
import type { SuggestOptions } from '../suggestOptions.js';

const MOST_BYTES = 4 * 1024 * 1024;
/** Kept back from the time allowed, in ms, so that the daemon's answer still arrives in it. */
const RETURN_MS = 200;

const REASONS: Readonly<Record<SuggestResult['reason'], string>> = {
  ok: '',
  'no-suggestion': 'no command of this repository goes on from this line',
  deadline: 'the repository is still being read; try again in a moment',
  disabled: 'completions are switched off in the configuration; set "enabled": true in it',
};

interface Line {
  left: string;
  right: string;
  history: string[];
}

/**
 * Command lines that go on from the one on standard input, best first, one a line. For a shell's script, with `--null`: first
 * why there are none (empty when there are some), then what is to stand left of the cursor, each ended by a NUL.
 */
export async function suggest(options: SuggestOptions): Promise<void> {
  try {
    const line = await readLine(options.history === true);
    show(await ask(line, options), line, options);
  } catch (error) {
    if (options.null !== true) throw error;
    process.stdout.write(`${oneLine(error)}\0`);
    process.exitCode = exitCodeOf(error);
  }
}

/** Left of the cursor; after a NUL, right of it; after more, the history. A final newline of text without NULs is the pipe's. */
async function readLine(withHistory: boolean): Promise<Line> {
  if (process.stdin.isTTY) throw new Failure(EXIT.usage, "give the command line on standard input: printf %s 'npm run t' | hefc suggest");
  const bytes = await readStdin(MOST_BYTES);
  if (bytes.length > MOST_BYTES) throw new Failure(EXIT.usage, 'the command line and its history are larger than 4 MiB; send less history');
  const text = bytes.toString('utf8');
  const [left = '', right = '', ...history] = text.includes('\0') ? text.split('\0') : [text.replace(/\r?\n$/, '')];
  if (history.some((entry) => entry !== '') && !withHistory) throw new Failure(EXIT.usage, 'there is history after the command line; say --history to have it used');
  return { left, right, history: history.filter((entry) => entry !== '') };
}

/** The time allowed is counted from the start of this process: a key was pressed. */
async function ask({ left, right, history }: Line, { limit, timeout }: SuggestOptions): Promise<SuggestResult> {
  const directory = here();
  const end = Date.now() - process.uptime() * 1000 + timeout;
  const remaining = (): number => Math.max(1, end - Date.now());
  const late = `no answer within ${timeout} ms`;
  let reached = false;
  try {
    return await withDaemon((connection) => {
      reached = true;
      const params = { directory, left, right, history, limit, timeout: Math.max(1, remaining() - RETURN_MS), session: `${process.ppid}:suggest` };
      return connection.call('suggest', params, { timeout: remaining() });
    }, { timeout: remaining(), helloTimeout: remaining(), early: true });
  } catch (error) {
    if (!reached && Date.now() >= end - RETURN_MS) throw new NoDaemonError(`${late}: the daemon is starting, or busy; try again in a moment, or see: hefc daemon logs`);
    if (error instanceof CallError && error.code === 'timeout') throw new CallError('timeout', `${late}; try again, or allow more with --timeout`);
    throw error;
  }
}

function here(): string {
  try {
    return process.cwd();
  } catch {
    throw new Failure(EXIT.notARepository, 'the folder you are in is gone; go to one that is there');
  }
}

function show({ suggestions, reason }: SuggestResult, { right }: Line, options: SuggestOptions): void {
  // A reason of a newer daemon is shown as it is.
  const why = suggestions.length > 0 ? '' : (REASONS[reason] ?? reason);
  if (options.json === true) return printJson({ suggestions, reason });
  if (options.null === true) process.stdout.write([why === '' ? '' : `hefc: ${why}`, ...suggestions.map(({ left }) => left)].map((text) => `${text}\0`).join(''));
  else for (const { left } of suggestions) process.stdout.write(`${(left + right).split('\n').map(harmless).join('\n')}\n`);
  if (why !== '' && options.null !== true) process.stderr.write(`hefc: ${why}\n`);
}
