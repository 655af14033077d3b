/** Real repositories made on the fly by the git on PATH. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectReader, TreeEntry } from '../../store/types.js';
import { encodeName } from '../../store/entryName.js';
import { temporaryFolder } from './fixtures.js';

const identity = {
  GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.invalid', GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 'test@example.invalid', GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C',
};

/** Output of a git command as latin1, so that every byte survives. */
export function git(cwd: string, args: readonly string[], input?: Buffer): string {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  return execFileSync('git', [...args], { cwd, input, env: { ...clean, ...identity }, stdio: ['pipe', 'pipe', 'pipe'], encoding: 'latin1' });
}

export function write(repository: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), content);
}

export function commitAll(repository: string, message = 'change'): string {
  git(repository, ['add', '-A']);
  git(repository, ['commit', '-q', '-m', message]);
  return git(repository, ['rev-parse', 'HEAD']).trim();
}

export function emptyRepository(options: readonly string[] = []): string {
  const folder = temporaryFolder();
  git(folder, ['init', '-q', '-b', 'main', ...options]);
  return folder;
}

/** A few files in a few directories, one commit. */
export function smallRepository(options: readonly string[] = []): string {
  const folder = emptyRepository(options);
  write(folder, 'README.md', '# small\n');
  write(folder, 'src/main.py', 'print("hello")\n');
  write(folder, 'src/deep/er/leaf.py', 'leaf = 1\n');
  write(folder, 'name with space ü.txt', 'ü\n');
  write(folder, 'empty', '');
  commitAll(folder, 'first');
  return folder;
}

const gitKinds: Record<string, TreeEntry['kind']> = { '120000': 'symlink', '160000': 'gitlink' };

/** What `git ls-tree -r -z` says: `kind oid path`, paths as latin1 of their bytes. */
export function listedByGit(repository: string, revision: string): string[] {
  return git(repository, ['ls-tree', '-r', '-z', revision])
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [, mode, oid, path] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line)!;
      return `${gitKinds[mode!] ?? 'blob'} ${oid} ${path}`;
    });
}

/** The same list, by walking the tree through a reader. */
export async function listedByReader(reader: ObjectReader, tree: string, prefix = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, kind, oid } of await reader.readTree(tree)) {
    const path = prefix + encodeName(name).toString('latin1');
    if (kind === 'tree') lines.push(...(await listedByReader(reader, oid, `${path}/`)));
    else lines.push(`${kind} ${oid} ${path}`);
  }
  return lines;
}
