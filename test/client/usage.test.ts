/** Bad input: one line on stderr that names the cause and the fix, nothing on stdout, and the documented exit code. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lchownSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isAtLeast } from '../../client/doctor/surroundings.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { makeRepository, type TestRepository } from '../hooks/repository.js';
import { folder, MAIN, makeCommand, type Command, type Ran } from './command.js';

const test = suite('client: usage');
let command: Command;
let repository: TestRepository;
test.before(() => {
  command = makeCommand();
  repository = makeRepository({ spool: false });
  repository.write('a.ts', 'const a = 1;\r\nlet b = "é𝒳";\n');
  repository.write('binary.bin', 'a\0b');
  repository.write('huge.ts', 'x'.repeat(8 * 1024 * 1024 + 1));
});
test.after(() => {
  command.end();
  repository.remove();
});

const at = (file: string, line: string | number, column: string | number, ...rest: string[]): string[] => ['complete', '--file', file, '--line', String(line), '--column', String(column), ...rest];

interface Case {
  title: string;
  args: string[];
  status: number;
  says: RegExp;
  outside?: true;
}
const CASES: Case[] = [
  { title: 'an unknown command', args: ['frobnicate'], status: 2, says: /unknown command 'frobnicate'.*--help/ },
  { title: 'an unknown subcommand', args: ['daemon', 'frobnicate'], status: 2, says: /unknown command/ },
  { title: 'an unknown option', args: ['status', '--colour'], status: 2, says: /unknown option '--colour'/ },
  { title: 'an excess argument', args: ['gc', 'now'], status: 2, says: /too many arguments/ },
  { title: 'a completion without a file', args: ['complete', '--line', '1', '--column', '0'], status: 2, says: /--file/ },
  { title: 'a completion without a line', args: ['complete', '--file', 'a.ts', '--column', '0'], status: 2, says: /--line/ },
  { title: 'line 0', args: at('a.ts', 0, 0), status: 2, says: /whole number from 1/ },
  { title: 'a negative column', args: at('a.ts', 1, -1), status: 2, says: /column/ },
  { title: 'a line that is no number', args: at('a.ts', '1e1', 0), status: 2, says: /whole number/ },
  { title: 'an unknown context', args: at('a.ts', 1, 0, '--context', 'everything'), status: 2, says: /hef, snippet, none/ },
  { title: 'a file that is not there', args: at('missing.ts', 1, 0), status: 2, says: /no such file: missing\.ts.*--stdin/ },
  { title: 'a folder in place of a file', args: at('.', 1, 0), status: 2, says: /not a file/ },
  { title: 'a binary file', args: at('binary.bin', 1, 0), status: 2, says: /binary/ },
  { title: 'a file over the size limit', args: at('huge.ts', 1, 0), status: 2, says: /8 MiB/ },
  { title: 'a line below the end', args: at('a.ts', 4, 0), status: 2, says: /--line 4 is outside a\.ts, which has 3 lines/ },
  { title: 'a column right of the end, not counting the carriage return', args: at('a.ts', 1, 13), status: 2, says: /has 12 characters/ },
  { title: 'a column counted in more than UTF-16 units', args: at('a.ts', 2, 15), status: 2, says: /has 14 characters/ },
  { title: 'a checkpoint folder that is not there', args: ['model', 'import', 'nowhere'], status: 2, says: /no such folder/ },
  { title: 'a bundle folder without bundle.json', args: ['model', 'add', '.'], status: 2, says: /bundle\.json/ },
  { title: '--wait together with --pause', args: ['index', '--wait', '--pause'], status: 2, says: /cannot be used with/ },
  { title: 'init outside a repository', args: ['init'], status: 4, says: /not in a Git repository.*git init/, outside: true },
  { title: 'uninit outside a repository', args: ['uninit'], status: 4, says: /not in a Git repository/, outside: true },
  { title: 'hooks install outside a repository', args: ['hooks', 'install'], status: 4, says: /not in a Git repository/, outside: true },
  { title: 'purge outside a repository', args: ['purge'], status: 4, says: /not in a Git repository/, outside: true },
];

for (const { title, args, status, says, outside } of CASES) {
  test(`${title} ends with ${status} and one line`, () => {
    const ran = command.hefc(args, { cwd: outside ? folder(command, 'nothing here') : repository.root });
    assert.is(ran.status, status, ran.stderr);
    assert.is(ran.stdout, '');
    assert.match(ran.stderr, says);
    assert.match(ran.stderr, /^hefc: [^\n]+\n$/);
  });
}

test('a cursor at the very end of the text is inside', () => {
  const ran = command.hefc(at('a.ts', 3, 1), { cwd: repository.root });
  assert.match(ran.stderr, /line 3 of a\.ts, which has 0 characters/);
});

test('help is no error', () => {
  const ran = command.hefc(['complete', '--help']);
  assert.is(ran.status, 0);
  assert.is(ran.stderr, '');
  assert.match(ran.stdout, /Examples:/);
});

test('a Git directory that cannot be written is named, and nothing is left behind', () => {
  writeFileSync(path.join(repository.root, '.git/hefc'), 'in the way');
  const ran = command.hefc(['init'], { cwd: repository.root });
  assert.is(ran.status, 1);
  assert.match(ran.stderr, /^hefc: cannot write to [^\n]+\.git: [^\n]+\n$/);
  assert.is(repository.run(['status', '--porcelain', '--', '.git']).stdout, '');
});

/** Runs the command as one who may not write: another user when we are root, who may write anything. */
function asPowerless(root: string, args: string[]): Ran {
  const home = folder(command, 'powerless');
  const become = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if ('uid' in become) {
    for (const upper of [path.dirname(root), command.home]) chmodSync(upper, 0o755);
    for (const file of [home, root, ...readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => path.join(root, name))]) lchownSync(file, 65534, 65534);
  }
  const env = { ...process.env, HEFC_HOME: home, HOME: home, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd: root, env, encoding: 'utf8', ...become });
  return { status, stdout, stderr };
}

test('a read-only Git directory is named by init and by hooks install', () => {
  const other = makeRepository({ spool: false });
  const gitFolder = path.join(other.root, '.git');
  try {
    chmodSync(gitFolder, 0o555);
    for (const args of [['init'], ['hooks', 'install']]) {
      const ran = asPowerless(other.root, args);
      assert.is(ran.status, 1, ran.stderr);
      assert.is(ran.stdout, '');
      assert.match(ran.stderr, /^hefc: cannot write to [^\n]*\.git: permission denied; [^\n]+\n$/);
    }
    assert.not.ok(existsSync(path.join(gitFolder, 'hefc')));
    assert.not.ok(existsSync(path.join(gitFolder, 'hooks/post-commit')));
  } finally {
    chmodSync(gitFolder, 0o755);
    other.remove();
  }
});

test('a hooks folder that cannot be written is named, and no hook is half installed', () => {
  const other = makeRepository({ spool: false });
  const hooks = path.join(other.root, '.git/hooks');
  try {
    chmodSync(hooks, 0o555);
    const ran = asPowerless(other.root, ['hooks', 'install']);
    assert.is(ran.status, 1, ran.stderr);
    assert.match(ran.stderr, /^hefc: cannot write hooks into [^\n]*hooks: permission denied; [^\n]+\n$/);
    assert.equal(readdirSync(hooks).filter((name) => !name.endsWith('.sample')), []);
  } finally {
    chmodSync(hooks, 0o755);
    other.remove();
  }
});

test('purge in a repository that was never set up sets nothing up and says so', () => {
  const other = makeRepository({ spool: false });
  try {
    const ran = command.hefc(['purge'], { cwd: other.root });
    assert.equal([ran.status, ran.stderr], [0, '']);
    assert.match(ran.stdout, /not set up; there was nothing to delete/);
    assert.equal(JSON.parse(command.hefc(['purge', '--json'], { cwd: other.root }).stdout), { bytesFreed: 0 });
    assert.not.ok(existsSync(path.join(other.root, '.git/hefc')));
  } finally {
    other.remove();
  }
});

test('versions are compared by number, and one that cannot be read is too old', () => {
  const enough = (text: string): boolean => isAtLeast(text, [20, 12]);
  assert.equal(['20.11.1', '20.12.0', '18.20.0', '22.1.0', 'git version 20.9.3', 'no number'].map(enough), [false, true, false, true, false, false]);
  const { engines } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { engines: { node: string } };
  assert.is(engines.node, '>=20.12');
});

test('a linked hefc folder is not followed', () => {
  const other = makeRepository({ spool: false });
  try {
    mkdirSync(path.join(other.root, '../elsewhere'));
    symlinkSync('../../elsewhere', path.join(other.root, '.git/hefc'));
    const ran = command.hefc(['init', '--no-hooks'], { cwd: other.root });
    assert.is(ran.status, 1);
    assert.match(ran.stderr, /symbolic link; remove it/);
  } finally {
    other.remove();
  }
});

test('a runtime folder open to others means no daemon: 3', () => {
  const home = folder(command, 'open home');
  mkdirSync(path.join(home, 'run'), { mode: 0o777 });
  const ran = command.hefc(['daemon', 'start'], { environment: { HEFC_HOME: home } });
  assert.is(ran.status, 3);
  assert.match(ran.stderr, /^hefc: [^\n]*open to other users; run: chmod 700[^\n]*\n$/);
});

test('daemon status starts none and says so with 3', () => {
  const ran = command.hefc(['daemon', 'status', '--json']);
  assert.is(ran.status, 3);
  assert.equal(JSON.parse(ran.stdout), { running: false });
});

test.run();
