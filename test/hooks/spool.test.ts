/** What a Git command with our hooks leaves in the spool, and what it leaves alone. */
import { chownSync, chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installHooks } from '../../hooks/install.js';
import { shimPath } from '../../hooks/status.js';
import { ENVIRONMENT, makeRepository, type TestRepository } from './repository.js';

const test = suite('hooks: spool');

function withRepository(body: (repository: TestRepository, common: string) => void, options?: { spool?: boolean }): () => void {
  return () => {
    const repository = makeRepository(options);
    try {
      body(repository, path.join(repository.root, '.git'));
    } finally {
      repository.remove();
    }
  };
}

test('a commit, a checkout, a merge and a rebase each append their line', withRepository((repository, common) => {
  installHooks(repository.root);
  const line = (hook: string): string[] => [hook, common, repository.root];
  repository.commit('a.txt', 'a\n');
  assert.equal(repository.spool(), [line('post-commit')]);
  repository.clearSpool();
  repository.git('checkout', '-q', '-b', 'side', 'HEAD~1');
  assert.equal(repository.spool(), [line('post-checkout')]);
  repository.commit('b.txt', 'b\n');
  repository.clearSpool();
  repository.git('merge', '-q', '--no-edit', 'main');
  assert.equal(repository.spool(), [line('post-merge')]);
  repository.git('reset', '-q', '--hard', 'HEAD~1');
  repository.clearSpool();
  repository.git('rebase', '-q', 'main');
  assert.equal(repository.spool(), [line('post-checkout'), line('post-rewrite')]);
}));

/** Names of the hooks told of since the last look. */
function told(repository: TestRepository): string[] {
  const hooks = repository.spool().map(([hook]) => hook ?? '');
  repository.clearSpool();
  return hooks;
}

/** Three commits on main, each to a file of its own, after the first. */
function threeCommits(repository: TestRepository): void {
  for (const name of ['a', 'b', 'c']) repository.commit(`${name}.txt`, `${name}\n`);
  installHooks(repository.root);
}

test('a rebase tells of its start and its end, not of the commits between', withRepository((repository) => {
  threeCommits(repository);
  repository.git('rebase', '-q', '--force-rebase', 'HEAD~3');
  assert.equal(told(repository), ['post-checkout', 'post-rewrite']);
}));

test('a rebase in a linked worktree does so too, and does not keep commits of the main one quiet', withRepository((repository) => {
  threeCommits(repository);
  const linked = path.join(path.dirname(repository.root), 'linked');
  repository.git('worktree', 'add', '-q', '-b', 'other', linked);
  repository.clearSpool();
  assert.is(repository.run(['-c', 'sequence.editor=sed -i.bak 1s/pick/edit/', 'rebase', '-q', '-i', 'HEAD~2'], { cwd: linked }).status, 0);
  assert.equal(told(repository), ['post-checkout']);
  repository.commit('d.txt', 'd\n');
  assert.equal(told(repository), ['post-commit']);
  assert.is(repository.run(['rebase', '--continue'], { cwd: linked }).status, 0);
  assert.equal(told(repository).filter((hook) => hook !== 'post-rewrite'), []);
}));

test('a rebase that stops, is amended and aborted has told of its start, for whose end the daemon waits', withRepository((repository) => {
  threeCommits(repository);
  repository.git('-c', 'sequence.editor=sed -i.bak 1s/pick/edit/', 'rebase', '-q', '-i', 'HEAD~2');
  repository.git('commit', '-q', '--allow-empty', '-m', 'between');
  repository.git('rebase', '--abort');
  assert.equal(told(repository), ['post-checkout']);
  repository.commit('d.txt', 'd\n');
  assert.equal(told(repository), ['post-commit'], 'afterwards all is as before');
}));

test('every commit of a cherry-pick, a revert and a stopped am is told, for nothing tells of their end', withRepository((repository) => {
  threeCommits(repository);
  const patches = repository.git('format-patch', '--stdout', 'HEAD~2');
  repository.git('checkout', '-q', '-b', 'side', 'HEAD~3');
  repository.clearSpool();
  repository.git('cherry-pick', 'main~1', 'main');
  assert.equal(told(repository), ['post-commit', 'post-commit']);
  repository.git('revert', '--no-edit', 'HEAD', 'HEAD~1');
  assert.equal(told(repository), ['post-commit', 'post-commit']);
  repository.commit('b.txt', 'in the way\n');
  repository.clearSpool();
  assert.is.not(repository.run(['am', '-q'], { input: patches }).status, 0);
  repository.commit('b.txt', 'b\n');
  assert.equal(told(repository), ['post-commit']);
}));

test('a command run in a subfolder names the top of the work tree', withRepository((repository, common) => {
  installHooks(repository.root);
  mkdirSync(path.join(repository.root, 'deep/er'), { recursive: true });
  const { status } = repository.run(['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: 'deep/er' });
  assert.is(status, 0);
  assert.equal(repository.spool(), [['post-commit', common, repository.root]]);
}));

test('a linked worktree shares the hooks and names itself and the common directory', withRepository((repository, common) => {
  installHooks(repository.root);
  const linked = path.join(path.dirname(repository.root), 'linked tree');
  repository.git('worktree', 'add', '-q', '-b', 'other', linked);
  repository.clearSpool();
  assert.is(repository.run(['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: linked }).status, 0);
  assert.equal(repository.spool(), [['post-commit', common, linked]]);
}));

test('a submodule spools to its own git directory', withRepository((repository, common) => {
  const source = makeRepository();
  try {
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source.root, 'sub');
    const sub = path.join(repository.root, 'sub');
    const subCommon = path.join(common, 'modules/sub');
    installHooks(sub);
    mkdirSync(path.join(subCommon, 'hefc'));
    assert.is(repository.run(['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: 'sub' }).status, 0);
    assert.is(readFileSync(path.join(subCommon, 'hefc/spool'), 'utf8'), `post-commit\t${subCommon}\t${sub}\n`);
    assert.equal(repository.spool(), []);
  } finally {
    source.remove();
  }
}));

test('a repository that was moved or copied spools to where it is now', withRepository((repository) => {
  installHooks(repository.root);
  const outer = path.dirname(repository.root);
  const moved = path.join(outer, 'moved');
  cpSync(repository.root, path.join(outer, 'copied'), { recursive: true });
  renameSync(repository.root, moved);
  for (const place of [moved, path.join(outer, 'copied')]) {
    spawnSync('git', ['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: place, env: ENVIRONMENT });
    assert.is(readFileSync(path.join(place, '.git/hefc/spool'), 'utf8'), `post-commit\t${place}/.git\t${place}\n`);
  }
}));

test('the spool is readable by its owner only', withRepository((repository, common) => {
  installHooks(repository.root);
  repository.commit('a.txt', 'a\n');
  assert.is(statSync(path.join(common, 'hefc/spool')).mode & 0o777, 0o600);
}));

interface Trouble {
  name: string;
  make(common: string): void;
}
const TROUBLES: Trouble[] = [
  { name: 'no spool folder', make: (common) => rmSync(path.join(common, 'hefc'), { recursive: true }) },
  { name: 'a file where the folder should be', make: (common) => { rmSync(path.join(common, 'hefc'), { recursive: true }); writeFileSync(path.join(common, 'hefc'), 'x'); } },
  { name: 'a folder where the spool should be', make: (common) => mkdirSync(path.join(common, 'hefc/spool')) },
  { name: 'a pipe nobody reads where the spool should be', make: (common) => void execFileSync('mkfifo', [path.join(common, 'hefc/spool')]) },
  { name: 'a link where the spool should be', make: (common) => symlinkSync(path.join(common, 'elsewhere'), path.join(common, 'hefc/spool')) },
  { name: 'a spool over its limit', make: (common) => writeFileSync(path.join(common, 'hefc/spool'), 'x'.repeat(1_000_001)) },
];

for (const { name, make } of TROUBLES) {
  test(`a commit is silent and succeeds with ${name}`, withRepository((repository, common) => {
    installHooks(repository.root);
    make(common);
    repository.write('a.txt', 'a\n');
    repository.git('add', 'a.txt');
    const ran = repository.run(['commit', '-q', '-m', 'x']);
    assert.equal(ran, { status: 0, stdout: '', stderr: '' });
    assert.is(repository.run(['checkout', '-q', '-b', 'new']).status, 0);
    assert.not.ok(existsSync(path.join(common, 'elsewhere')), 'nothing is written through a link');
    const spool = path.join(common, 'hefc/spool');
    if (existsSync(spool) && statSync(spool).isFile()) assert.is(statSync(spool).size, 1_000_001, 'a full spool does not grow');
  }));
}

test('a commit by a user who may not write the spool folder is silent and succeeds', withRepository((repository, common) => {
  installHooks(repository.root);
  const folder = path.join(common, 'hefc');
  const root = process.getuid?.() === 0;
  if (root) {
    // Root may write anything, so the commit is made by another user.
    chmodSync(path.dirname(repository.root), 0o755);
    const owned = [repository.root, ...readdirSync(repository.root, { recursive: true, encoding: 'utf8' }).map((name) => path.join(repository.root, name))];
    for (const file of owned) chownSync(file, 65534, 65534);
    chownSync(folder, 0, 0);
  }
  chmodSync(folder, 0o555);
  const options = { cwd: repository.root, env: { ...ENVIRONMENT, HOME: repository.root }, encoding: 'utf8' as const, ...(root ? { uid: 65534, gid: 65534 } : {}) };
  const { status, stdout, stderr } = spawnSync('git', ['commit', '-q', '--allow-empty', '-m', 'x'], options);
  chmodSync(folder, 0o755);
  assert.equal({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
  assert.equal(readdirSync(folder), []);
}));

const STRICT = ['#!/bin/sh -eu', '#!/bin/bash -eu', '#!/usr/bin/env bash'];
for (const shebang of STRICT) {
  test(`a hook of ${shebang} keeps its arguments, input, variables, options and exit status`, withRepository((repository, common) => {
    const shell = '#!/usr/bin/env bash\nset -euo pipefail';
    const start = shebang.includes('env') ? shell : shebang;
    const text = `${start}\necho "args:$# $*" >>"$GIT_DIR_FOR_TEST/seen"\ncat >>"$GIT_DIR_FOR_TEST/seen"\necho "$- \${hook-unset} \${top-unset} $?" >>"$GIT_DIR_FOR_TEST/seen"\necho loud\nexit 7\n`.replaceAll('$GIT_DIR_FOR_TEST', common);
    const seen = path.join(common, 'seen');
    const file = repository.hook('post-rewrite', text);
    const once = (): { seen: string; status: number | null; stdout: string } => {
      rmSync(seen, { force: true });
      const { status, stdout } = spawnSync(file, ['rebase', 'two words'], { cwd: repository.root, env: ENVIRONMENT, input: 'old new\nold2 new2\n', encoding: 'utf8' });
      return { seen: readFileSync(seen, 'utf8'), status, stdout };
    };
    const plain = once();
    installHooks(repository.root);
    assert.equal(once(), plain);
    assert.is(plain.status, 7);
    assert.match(plain.seen, 'args:2 rebase two words\nold new\nold2 new2\n');
    assert.equal(repository.spool(), [['post-rewrite', common, repository.root]]);
    rmSync(path.join(common, 'hefc'), { recursive: true });
    assert.equal(once(), plain, 'and the same without a spool');
    writeFileSync(file, readFileSync(file, 'latin1').replaceAll('post-rewrite', 'post-commit'), 'latin1');
    mkdirSync(path.join(common, 'rebase-merge'));
    mkdirSync(path.join(common, 'hefc'));
    assert.equal(once(), plain, 'and during a rebase, when commits are not told');
    assert.equal(repository.spool(), []);
  }));
}

test('a hook that exits early does not skip the line', withRepository((repository) => {
  repository.hook('post-commit', '#!/bin/sh\nexit 0\n');
  installHooks(repository.root);
  repository.commit('a.txt', 'a\n');
  assert.is(repository.spool().length, 1);
}));

test('a failing post-checkout of the user still fails the checkout as it did', withRepository((repository) => {
  repository.hook('post-checkout', '#!/bin/sh\necho mine >&2\nexit 3\n');
  const plain = repository.run(['checkout', '-q', '-b', 'one']);
  installHooks(repository.root);
  const ours = repository.run(['checkout', '-q', '-b', 'two']);
  assert.equal(ours, plain);
  assert.is(ours.status, 1);
  assert.match(ours.stderr, 'mine');
  assert.is(repository.spool().length, 1);
}));

test('the hook starts no process, whatever waits in the spool', withRepository((repository, common) => {
  const lines: string[][] = [];
  for (let i = 0; i < 3; i++) {
    const run = spawnSync('/bin/sh', [shimPath(), 'post-commit'], { cwd: repository.root, env: { PATH: '/nonexistent' }, encoding: 'utf8' });
    assert.equal([run.status, run.stdout, run.stderr], [0, '', '']);
    lines.push(['post-commit', common, repository.root]);
    assert.equal(repository.spool(), lines);
  }
}));

for (const shell of ['sh', 'dash', 'bash', 'busybox', 'ksh', 'mksh', 'zsh']) {
  if (spawnSync(shell, ['-c', ':']).error !== undefined && shell !== 'sh') continue;
  test(`${shell} adds to a spool, stops at about a megabyte or two, and says nothing`, withRepository((repository, common) => {
    const spool = path.join(common, 'hefc/spool');
    const run = (): void => {
      const { status, stdout, stderr } = spawnSync(shell, [...(shell === 'busybox' ? ['sh'] : []), shimPath(), 'post-commit'], { cwd: repository.root, encoding: 'utf8' });
      assert.equal({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
    };
    writeFileSync(spool, 'x'.repeat(900_000));
    run();
    assert.is(readFileSync(spool, 'latin1').slice(900_000), `post-commit\t${common}\t${repository.root}\n`);
    writeFileSync(spool, 'x'.repeat(2_000_000));
    run();
    assert.is(statSync(spool).size, 2_000_000);
  }));
}

test('a path that would break the line is not spooled', withRepository((repository) => {
  installHooks(repository.root);
  const odd = path.join(path.dirname(repository.root), 'odd\nname\there');
  repository.git('worktree', 'add', '-q', '-b', 'odd', odd);
  repository.clearSpool();
  assert.is(repository.run(['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: odd }).status, 0);
  assert.equal(repository.spool(), []);
  assert.not.ok(lstatSync(odd).isSymbolicLink());
}));

test.run();
