/** Language servers that editors started before hefc was built anew: they refuse to work and say so once only. */
import { execFileSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Finding } from './check.js';

const PS_MS = 10_000;
/** `ps` counts whole seconds. */
const ROUNDED_MS = 2000;

/** None where none runs, or this system's `ps` is missing or another. */
export function oldServerFindings(): Finding[] {
  return processes().flatMap(({ pid, ageMs, args }) => {
    const launcher = launcherOf(args);
    if (launcher === undefined) return [];
    const built = statSync(path.join(launcher, '..', '..', '.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs;
    if (built === undefined || Date.now() - ageMs + ROUNDED_MS >= built) return [];
    return [{ name: 'old server', state: 'warning', detail: `process ${pid} (hefc lsp) is older than the hefc it was started from`, fix: `restart the language server in its editor, or end it: kill ${pid}` } as const];
  });
}

/** The file behind the `hefc` of `hefc lsp`, or of `node …/hefc lsp`. */
function launcherOf(args: string[]): string | undefined {
  const at = args.findIndex((arg, index) => /^hefc(\.cjs)?$/.test(path.basename(arg)) && args[index + 1] === 'lsp');
  if (at < 0 || at > 2) return undefined;
  try {
    return realpathSync(args[at]!);
  } catch {
    return undefined;
  }
}

function processes(): { pid: number; ageMs: number; args: string[] }[] {
  let table: string;
  try {
    const mine = process.getuid === undefined ? [] : ['-U', String(process.getuid())];
    table = execFileSync('ps', [...mine, '-o', 'pid=,etime=,args='], { encoding: 'utf8', timeout: PS_MS, maxBuffer: 64e6, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return [];
  }
  return table.split('\n').flatMap((line) => {
    const [, pid, age, args = ''] = /^\s*(\d+)\s+([\d:-]+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), ageMs: ageOf(age!), args: args.split(/\s+/) }];
  });
}

/** [[dd-]hh:]mm:ss as milliseconds. */
function ageOf(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}
