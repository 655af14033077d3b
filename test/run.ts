/**
 * Runs the test suites: `node dist/test/run.js [filter…]`, a filter being a part of a file's path.
 *
 * Each file runs in its own process and surroundings, HEFC_TEST_JOBS (2) at a time. The files of test/canary/ run
 * first and must all be judged failed. The last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isolate } from './isolation.js';
import { judge, type Ended, type Verdict } from './verdict.js';

const FILE_LIMIT_MS = 10 * 60_000;
const built = dirname(fileURLToPath(import.meta.url));
const sources = join(built, '..', '..', 'test');
const running = new Set<() => void>();

/** Built files below a folder, sorted; a file whose source is gone is left out. */
function filesOf(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(sources, relative(built, path).replace(/\.js$/, '.ts'))))
    .sort();
}

function runFile(path: string): Promise<{ verdict: Verdict; ended: Ended; seconds: number; left: number }> {
  const isolation = isolate();
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path], {
      env: isolation.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const ended: Ended = { code: null, signal: null, timedOut: false, output: '' };
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended.
      }
      isolation.end();
    };
    running.add(kill);
    const limit = setTimeout(() => {
      ended.timedOut = true;
      kill();
    }, FILE_LIMIT_MS);
    const take = (data: string) => {
      ended.output += data;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => take(`${error.message}\n`));
    let left = 0;
    child.on('exit', (code, signal) => {
      ended.code = code;
      ended.signal = signal;
      // A left-over daemon may hold the pipes open, so they close only after this.
      left = isolation.end();
    });
    child.on('close', () => {
      clearTimeout(limit);
      running.delete(kill);
      kill();
      resolve({ verdict: judge(ended), ended, seconds: (Date.now() - started) / 1000, left });
    });
  });
}

async function checkCanaries(): Promise<void> {
  const canaries = filesOf(join(built, 'canary'), '.js');
  if (canaries.length === 0) throw new Error('test/canary holds no built file: build first (npx tsc -p .)');
  for (const path of canaries) {
    const { verdict } = await runFile(path);
    if (verdict.why === null) {
      throw new Error(`CANARY PASSED: ${relative(built, path)} must fail, so no result of this runner can be trusted`);
    }
  }
}

async function main(filters: string[]): Promise<void> {
  const totals = { passed: 0, failed: 0 };
  try {
    await checkCanaries();
    const all = filesOf(built, '.test.js');
    const chosen = all.filter((path) => filters.length === 0 || filters.some((filter) => relative(built, path).includes(filter)));
    if (chosen.length === 0) throw new Error(`no test file matches ${filters.join(' ') || 'at all: build first (npx tsc -p .)'}`);
    const queue = [...chosen];
    const failures: string[] = [];
    const work = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        const name = relative(built, path);
        const { verdict, ended, seconds, left } = await runFile(path);
        totals.passed += verdict.passed;
        totals.failed += verdict.failed;
        const notes = [verdict.skipped > 0 ? `${verdict.skipped} skipped` : '', left > 0 ? `${left} left-over processes killed` : ''].filter(Boolean);
        const state = verdict.why === null ? 'ok  ' : 'FAIL';
        console.log(`${state} ${name}  ${verdict.passed} passed  ${seconds.toFixed(1)} s${notes.length > 0 ? `  (${notes.join(', ')})` : ''}`);
        if (verdict.why !== null) {
          failures.push(`${name}: ${verdict.why}`);
          console.log(`\n---- ${name}: ${verdict.why}\n${ended.output}\n----\n`);
        }
      }
    };
    const jobs = Math.max(1, Number(process.env['HEFC_TEST_JOBS']) || 2);
    await Promise.all(Array.from({ length: jobs }, work));
    if (failures.length > 0) console.log(`\nFailed:\n  ${failures.join('\n  ')}\n`);
  } catch (error) {
    totals.failed += 1;
    console.log(error instanceof Error ? error.message : String(error));
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const kill of running) kill();
    process.exit(1);
  });
}

await main(process.argv.slice(2));
