/**
 * Work that this process may not do itself (native libraries, other rooms): a child Node process loads a module,
 * calls one function with JSON arguments and hands its result back as JSON. A crash there is an error message here.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../daemon/ipc/packageRoot.js';

const MARK = '\u001ehefc-result ';

/** `module` is a path below dist/, such as `models/bundle/list.js`. Throws one line with the child's own words. */
export async function callInChild<T>(module: string, name: string, args: unknown[], options: { timeout?: number; onOutput?: (text: string) => void } = {}): Promise<T> {
  const url = pathToFileURL(path.join(packageRoot(), 'dist', module)).href;
  const code = `const m = await import(${JSON.stringify(url)}); const r = await m[${JSON.stringify(name)}](...${JSON.stringify(args)}); process.stdout.write(${JSON.stringify(MARK)} + JSON.stringify(r ?? null) + '\\n');`;
  const output = await runCode(code, options);
  const at = output.lastIndexOf(MARK);
  if (at < 0) throw new Error(`${module} ended without a result`);
  return JSON.parse(output.slice(at + MARK.length)) as T;
}

/**
 * Runs the body of an async function from the package's folder, so that bare imports find its dependencies.
 * Resolves with stdout. (Not `--input-type=module`: worker threads would inherit that flag and refuse to start.)
 */
export function runCode(code: string, options: { timeout?: number; onOutput?: (text: string) => void } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = `(async () => {${code}\n})().catch((error) => { console.error(error); process.exit(1); })`;
    const child = spawn(process.execPath, ['-e', script], { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeout ?? 600_000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!text.includes(MARK)) options.onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) return resolve(stdout);
      if (late) return reject(new Error('it did not end in time'));
      reject(new Error(signal === null ? reasonIn(stderr) : `it was ended by ${signal}`));
    });
  });
}

/** The message of an uncaught error in Node's report of it. */
function reasonIn(stderr: string): string {
  const lines = stderr.split('\n');
  const error = lines.find((line) => /^(\w*Error|Error \[\w+\])(\s\[\w+\])?: /.test(line)) ?? lines.find((line) => line.trim() !== '');
  return (error ?? 'it ended without a message').replace(/^\w*Error(\s?\[\w+\])?: /, '');
}
