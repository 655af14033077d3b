import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { StoreError } from '../errors.js';
import { gitEnvironment } from './environment.js';

export interface CatFileObject {
  oid: string;
  type: string;
  size: number;
  /** Absent for `info`, and for content larger than asked for. */
  content?: Buffer;
}

interface Request {
  line: string;
  withContent: boolean;
  maxBytes: number;
  attempts: number;
  resolve: (object: CatFileObject | undefined) => void;
  reject: (error: Error) => void;
}

interface Body {
  object: CatFileObject;
  /** Bytes still to come, the newline after the content included. */
  left: number;
  /** Null when the content is passed over. */
  parts: Buffer[] | null;
}

const stderrKept = 2000;

/** One long-lived `git cat-file`, started at the first request and again when it dies; answers come in order. */
export interface CatFile {
  /** Undefined when git has no such object. A content beyond maxBytes is read past, not kept. */
  ask(line: string, withContent: boolean, maxBytes: number): Promise<CatFileObject | undefined>;
  close(): Promise<void>;
}

/** @param mode the option of cat-file: --batch-command, --batch or --batch-check */
export function startCatFile(cwd: string, mode: string): CatFile {
  const waiting: Request[] = [];
  let child: ChildProcessWithoutNullStreams | undefined;
  let closed = false;

  function start(): ChildProcessWithoutNullStreams {
    const started = spawn('git', ['cat-file', mode], { cwd, env: gitEnvironment(), stdio: 'pipe', windowsHide: true });
    let stderr = '';
    const parser = createParser(waiting);
    started.stdout.on('data', parser);
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-stderrKept);
    });
    // A write to a process that has just died: 'close' below deals with it.
    started.stdin.on('error', () => {});
    started.on('error', (error) => ended(started, error.message));
    started.on('close', () => ended(started, stderr));
    return started;
  }

  function ended(which: ChildProcessWithoutNullStreams, why: string): void {
    if (child !== which) return;
    child = undefined;
    const first = waiting[0];
    if (first === undefined) return;
    first.attempts++;
    // Old git dies of an object that a partial clone lacks and may not fetch; that is an answer.
    if (/could not fetch|promisor/.test(why)) waiting.shift()!.resolve(undefined);
    else if (first.attempts > 1) waiting.shift()!.reject(failure(cwd, why));
    if (waiting.length > 0) {
      child = start();
      for (const request of waiting) child.stdin.write(request.line);
    }
  }

  return {
    ask(line, withContent, maxBytes) {
      if (closed) return Promise.reject(new StoreError('closed', 'the object reader is closed: open it again'));
      return new Promise((resolve, reject) => {
        const request = { line: `${line}\n`, withContent, maxBytes, attempts: 0, resolve, reject };
        waiting.push(request);
        child ??= start();
        child.stdin.write(request.line);
      });
    },
    async close() {
      closed = true;
      const last = child;
      child = undefined;
      for (const request of waiting.splice(0)) request.reject(new StoreError('closed', 'the object reader was closed while reading'));
      if (last === undefined || last.exitCode !== null || last.signalCode !== null) return;
      last.stdout.resume();
      const gone = once(last, 'close');
      last.stdin.end();
      await gone;
    },
  };
}

/** Cuts the stream into answers: `<oid> <type> <size>\n[<content>\n]`, or one line that says there is none. */
function createParser(waiting: Request[]): (data: Buffer) => void {
  let head = Buffer.alloc(0);
  let body: Body | undefined;

  return (data) => {
    let rest = data;
    while (rest.length > 0) {
      if (body) {
        const taken = rest.subarray(0, body.left);
        body.parts?.push(taken);
        body.left -= taken.length;
        rest = rest.subarray(taken.length);
        if (body.left === 0) finish();
        continue;
      }
      const end = rest.indexOf(0x0a);
      head = Buffer.concat([head, end < 0 ? rest : rest.subarray(0, end)]);
      if (end < 0) return;
      rest = rest.subarray(end + 1);
      begin(head.toString('utf8'));
      head = Buffer.alloc(0);
    }
  };

  function begin(line: string): void {
    const request = waiting[0];
    if (request === undefined) return;
    const header = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line);
    if (!header) {
      // "<name> missing", "<name> ambiguous" and their like.
      waiting.shift()!.resolve(undefined);
      return;
    }
    const object = { oid: header[1]!, type: header[2]!, size: Number(header[3]) };
    if (!request.withContent) waiting.shift()!.resolve(object);
    else body = { object, left: object.size + 1, parts: object.size > request.maxBytes ? null : [] };
  }

  function finish(): void {
    const { object, parts } = body!;
    body = undefined;
    const content = parts && Buffer.concat(parts).subarray(0, object.size);
    waiting.shift()?.resolve(content ? { ...object, content } : object);
  }
}

function failure(cwd: string, why: string): StoreError {
  const said = why.trim().split('\n').find((line) => /fatal|error/.test(line)) ?? why.trim();
  if (/unknown repository (extension|object format)|unsupported|Expected git repo version/i.test(why)) {
    return new StoreError('unsupported-repository', `the git on PATH cannot read ${cwd} (${said}): upgrade git`);
  }
  if (/dubious ownership/.test(why)) {
    return new StoreError('git-failed', `git refuses ${cwd} because another user owns it: run git config --global --add safe.directory "${cwd}"`);
  }
  return new StoreError('git-failed', `git cat-file failed in ${cwd} (${said || 'no message'}): run git fsck there`);
}
