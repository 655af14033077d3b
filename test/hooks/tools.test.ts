/** Beside the hook managers people use, in the layouts they write. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installHooks } from '../../hooks/install.js';
import { hooksStatus } from '../../hooks/status.js';
import { uninstallHooks } from '../../hooks/uninstall.js';
import { makeRepository, type TestRepository } from './repository.js';

const test = suite('hooks: beside hook managers');
let repository: TestRepository;
test.before.each(() => void (repository = makeRepository()));
test.after.each(() => repository.remove());

const inRoot = (name: string): string => path.join(repository.root, name);
const script = (name: string, text: string): void => {
  repository.write(name, text);
  chmodSync(inRoot(name), 0o755);
};

/** .husky/_ as husky 9 lays it out: generated runners that source `h`, hidden by their own .gitignore. */
function husky(): void {
  const runner = '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n';
  script('.husky/_/post-commit', runner);
  script('.husky/_/post-checkout', runner);
  script('.husky/_/h', '#!/usr/bin/env sh\nn=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\nexit $?\n');
  repository.write('.husky/_/.gitignore', '*');
  repository.commit('.husky/post-commit', 'echo from husky\n');
  repository.git('config', 'core.hooksPath', '.husky/_');
}

test("husky: the generated runners carry the block, the user's script still runs, git sees no change", () => {
  husky();
  const runner = readFileSync(inRoot('.husky/_/post-commit'), 'utf8');
  const outcome = installHooks(repository.root);
  assert.is(outcome.refused, undefined);
  assert.is(outcome.written.length, 4);
  assert.is(repository.git('status', '--porcelain'), '');
  repository.clearSpool();
  const ran = repository.run(['commit', '-q', '--allow-empty', '-m', 'x']);
  assert.match(ran.stdout + ran.stderr, 'from husky');
  assert.equal(repository.spool(), [['post-commit', inRoot('.git'), repository.root]]);
  uninstallHooks(repository.root);
  assert.is(readFileSync(inRoot('.husky/_/post-commit'), 'utf8'), runner);
  assert.not.ok(existsSync(inRoot('.husky/_/post-merge')));
});

test('a hooks folder that is committed with the work tree is refused, and taken with --shared', () => {
  script('.githooks/post-commit', '#!/bin/sh\nexit 0\n');
  repository.git('add', '.githooks');
  repository.git('commit', '-q', '-m', 'hooks');
  repository.git('config', 'core.hooksPath', '.githooks');
  const outcome = installHooks(repository.root);
  assert.match(outcome.refused ?? '', /committed for everyone/);
  assert.equal(outcome.written, []);
  assert.is(repository.git('status', '--porcelain'), '');
  assert.is(installHooks(repository.root, { shared: true }).written.length, 4);
  repository.commit('a.txt', 'a\n');
  assert.is(repository.spool().length, 1);
  uninstallHooks(repository.root);
  assert.is(repository.git('status', '--porcelain'), '');
});

test('a hooks folder outside the repository is refused, and taken with --shared', () => {
  const outside = path.join(path.dirname(repository.root), 'shared hooks');
  mkdirSync(outside);
  repository.git('config', 'core.hooksPath', outside);
  assert.match(installHooks(repository.root).refused ?? '', /other repositories/);
  assert.not.ok(existsSync(path.join(outside, 'post-commit')));
  assert.is(installHooks(repository.root, { shared: true }).written.length, 4);
  assert.is(uninstallHooks(repository.root).restored.length, 4);
});

test('a hook manager that moves Git to its own folder leaves our hooks behind; uninstall finds them in both', () => {
  installHooks(repository.root);
  husky();
  installHooks(repository.root);
  assert.is(uninstallHooks(repository.root).restored.length, 8);
  assert.not.ok(existsSync(path.join(repository.root, '.git/hooks/post-commit')));
  assert.not.match(readFileSync(inRoot('.husky/_/post-commit'), 'utf8'), 'hefc');
});

test('hooks switched off by core.hooksPath=/dev/null stay off, also with --shared', () => {
  repository.git('config', 'core.hooksPath', '/dev/null');
  assert.match(installHooks(repository.root, { shared: true }).refused ?? '', /switched off/);
  assert.equal(hooksStatus(repository.root).hooks.map(({ state }) => state), ['absent', 'absent', 'absent', 'absent']);
});

test('pre-commit: its bash hook carries the block and keeps its exec', () => {
  const original = '#!/usr/bin/env bash\n# made by the tool\nPYTHON=/usr/bin/true\nOPTIONS=(--type=post-commit)\nOPTIONS+=(-- "$@")\nif [ -x "$PYTHON" ]; then\n    exec "$PYTHON" -m tool "${OPTIONS[@]}"\nfi\nexit 1\n';
  const file = repository.hook('post-commit', original);
  installHooks(repository.root);
  assert.is(repository.run(['commit', '-q', '--allow-empty', '-m', 'x']).status, 0);
  assert.is(repository.spool().length, 1);
  uninstallHooks(repository.root);
  assert.is(readFileSync(file, 'utf8'), original);
});

test('pre-commit installed after us keeps our hook as .legacy; uninstall finds it there', () => {
  installHooks(repository.root);
  const file = path.join(repository.root, '.git/hooks/post-commit');
  renameSync(file, `${file}.legacy`);
  repository.hook('post-commit', '#!/bin/sh\n"$0.legacy" "$@"\n');
  repository.commit('a.txt', 'a\n');
  assert.equal(repository.spool().map(([hook]) => hook), ['post-commit']);
  assert.ok(uninstallHooks(repository.root).restored.includes('post-commit.legacy'));
  assert.not.ok(existsSync(`${file}.legacy`));
  assert.is(readFileSync(file, 'utf8'), '#!/bin/sh\n"$0.legacy" "$@"\n');
});

test('lefthook: its sh hook carries the block before its own early exit', () => {
  const original = '#!/bin/sh\n\nif [ "$LEFTHOOK" = "0" ]; then exit 0; fi\n\nrunner() {\n  :\n}\n\nrunner run "post-commit" "$@"\n';
  const file = repository.hook('post-commit', original);
  installHooks(repository.root);
  process.env['LEFTHOOK'] = '0';
  repository.commit('a.txt', 'a\n');
  delete process.env['LEFTHOOK'];
  assert.is(repository.spool().length, 1);
  uninstallHooks(repository.root);
  assert.is(readFileSync(file, 'utf8'), original);
});

test('simple-git-hooks: it overwrites its hooks; installing again puts the block back', () => {
  const original = '#!/bin/sh\n\nif [ "$SKIP_SIMPLE_GIT_HOOKS" = "1" ]; then exit 0; fi\n\ntrue';
  repository.hook('post-commit', original);
  installHooks(repository.root);
  writeFileSync(path.join(repository.root, '.git/hooks/post-commit'), original);
  assert.is(hooksStatus(repository.root).hooks[0]?.state, 'absent');
  assert.equal(installHooks(repository.root).written, ['post-commit']);
  repository.commit('a.txt', 'a\n');
  assert.is(repository.spool().length, 1);
  uninstallHooks(repository.root);
  assert.is(readFileSync(path.join(repository.root, '.git/hooks/post-commit'), 'utf8'), original);
});

test.run();
