/** A throw-away repository with its spool folder, driven by the real git. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface TestRepository {
  root: string;
  git(...args: string[]): string;
  /** Runs git and hands back how it ended, whatever that was. `cwd` is relative to the root. */
  run(args: string[], options?: { cwd?: string; input?: string }): Ran;
  write(file: string, text: string): void;
  commit(file: string, text: string): void;
  /** Writes an executable hook into .git/hooks. */
  hook(name: string, text: string, mode?: number): string;
  /** Lines of the spool: [hook, common dir, top]. */
  spool(): string[][];
  clearSpool(): void;
  remove(): void;
}

const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
export const ENVIRONMENT = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...IDENTITY };

/** With one commit on `main`; `spool: false` leaves the hefc folder out. */
export function makeRepository(options: { spool?: boolean } = {}): TestRepository {
  const outer = realpathSync(mkdtempSync(path.join(tmpdir(), 'hefc-hooks-')));
  const root = path.join(outer, 'a repo');
  execFileSync('git', ['init', '-q', '-b', 'main', root], { env: ENVIRONMENT });
  const run = (args: string[], { cwd = '.', input = '' } = {}): Ran => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: path.resolve(root, cwd), env: ENVIRONMENT, input, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = run(args);
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const spoolFile = path.join(root, '.git/hefc/spool');
  const repository: TestRepository = {
    root,
    git,
    run,
    write,
    commit(file, text) {
      write(file, text);
      git('add', file);
      git('commit', '-q', '-m', `change ${file}`);
    },
    hook(name, text, mode = 0o755) {
      const file = path.join(root, '.git/hooks', name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
      return file;
    },
    spool: () => (existsSync(spoolFile) ? readFileSync(spoolFile, 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t')) : []),
    clearSpool: () => rmSync(spoolFile, { force: true }),
    remove: () => rmSync(outer, { recursive: true, force: true }),
  };
  repository.commit('first.txt', 'one\n');
  if (options.spool !== false) mkdirSync(path.join(root, '.git/hefc'), { mode: 0o700 });
  return repository;
}
