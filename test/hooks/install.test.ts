/** Installing keeps what was there; uninstalling restores it byte for byte. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installHooks } from '../../hooks/install.js';
import { NotARepository } from '../../hooks/notARepository.js';
import { hooksStatus } from '../../hooks/status.js';
import { uninstallHooks } from '../../hooks/uninstall.js';
import { makeRepository, type TestRepository } from './repository.js';

const test = suite('hooks: install');
let repository: TestRepository;
test.before.each(() => void (repository = makeRepository()));
test.after.each(() => repository.remove());

/** Every file below a folder: mode and bytes (hex). */
function snapshot(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  if (!existsSync(folder)) return { missing: folder };
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.join(folder, name);
    const stat = lstatSync(file);
    files[name] = stat.isFile() ? `${stat.mode.toString(8)} ${readFileSync(file).toString('hex')}` : `${stat.mode.toString(8)}`;
  }
  return files;
}

const hooks = (): string => path.join(repository.root, '.git/hooks');
const states = (): string[] => hooksStatus(repository.root).hooks.map(({ state }) => state);
const ALL = ['installed', 'installed', 'installed', 'installed'];

test('installs four executable hooks, and nothing more the second time', () => {
  assert.is(installHooks(repository.root).written.length, 4);
  assert.equal(states(), ALL);
  for (const { path: file } of hooksStatus(repository.root).hooks) assert.is(statSync(file).mode & 0o111, 0o111);
  const once = snapshot(hooks());
  assert.equal(installHooks(repository.root).written, []);
  assert.equal(snapshot(hooks()), once);
});

const ORIGINALS: Record<string, string | Buffer> = {
  'a usual script': '#!/bin/sh\necho hello\n',
  'a script without a final newline': '#!/bin/sh\necho hello',
  'a lone shebang without a newline': '#!/bin/sh',
  'a lone shebang': '#!/bin/sh\n',
  'a script without a shebang': 'echo hello\n',
  'an empty file': '',
  'a bash script in latin1 with carriage returns inside': Buffer.from('#!/usr/bin/env -S bash -e\n# \xe9t\xe9\r\necho x\n\n\n', 'latin1'),
};
for (const [name, original] of Object.entries(ORIGINALS)) {
  test(`${name} carries the block and is restored exactly`, () => {
    for (const hook of ['post-commit', 'post-merge']) {
      writeFileSync(path.join(hooks(), hook), original);
      chmodSync(path.join(hooks(), hook), 0o750);
    }
    const before = snapshot(hooks());
    installHooks(repository.root);
    assert.equal(states(), ALL);
    assert.is(statSync(path.join(hooks(), 'post-commit')).mode & 0o777, 0o750);
    assert.is(uninstallHooks(repository.root).restored.length, 4);
    assert.equal(snapshot(hooks()), before);
  });
}

test('the index, the work tree and the git directory are byte-identical after install and uninstall', () => {
  repository.hook('post-commit', '#!/bin/sh\necho mine\n');
  const before = snapshot(repository.root);
  installHooks(repository.root);
  uninstallHooks(repository.root);
  assert.equal(snapshot(repository.root), before);
});

test('a hooks folder that was missing is made, and removed again', () => {
  rmSync(hooks(), { recursive: true });
  installHooks(repository.root);
  repository.commit('a.txt', 'a\n');
  assert.is(repository.spool().length, 1);
  uninstallHooks(repository.root);
  assert.not.ok(existsSync(hooks()));
});

test('an empty hooks folder that was there stays', () => {
  rmSync(hooks(), { recursive: true });
  mkdirSync(hooks());
  installHooks(repository.root);
  uninstallHooks(repository.root);
  assert.equal(readdirSync(hooks()), []);
});

test('lines the user adds to a hook we made stay when the block goes', () => {
  installHooks(repository.root);
  const file = path.join(hooks(), 'post-commit');
  writeFileSync(file, `${readFileSync(file, 'utf8')}echo mine\n`);
  uninstallHooks(repository.root);
  assert.is(readFileSync(file, 'utf8'), '#!/bin/sh\necho mine\n');
});

test('lines the user edits around the block stay as edited', () => {
  repository.hook('post-commit', '#!/bin/sh\necho old\n');
  installHooks(repository.root);
  const file = path.join(hooks(), 'post-commit');
  writeFileSync(file, readFileSync(file, 'utf8').replace('#!/bin/sh\n', '#!/bin/sh\n# above\n').replace('echo old', 'echo new'));
  uninstallHooks(repository.root);
  assert.is(readFileSync(file, 'utf8'), '#!/bin/sh\n# above\necho new\n');
});

test('a block of another version is replaced, not doubled', () => {
  installHooks(repository.root);
  const file = path.join(hooks(), 'post-commit');
  const current = readFileSync(file, 'utf8');
  writeFileSync(file, current.replace('>>> hefc 2', '>>> hefc 1').replace('umask 077', 'umask 000'));
  assert.is(hooksStatus(repository.root).hooks[0]?.state, 'outdated');
  assert.equal(installHooks(repository.root).written, ['post-commit']);
  assert.is(readFileSync(file, 'utf8'), current);
});

interface Refusal {
  name: string;
  make(file: string): void;
  why: RegExp;
}
const REFUSALS: Refusal[] = [
  { name: 'a Python hook', make: (file) => writeFileSync(file, '#!/usr/bin/env python3\nprint(1)\n', { mode: 0o755 }), why: /written for python3/ },
  { name: 'a Node hook', make: (file) => writeFileSync(file, '#!/usr/bin/node\n', { mode: 0o755 }), why: /written for node/ },
  { name: 'a binary', make: (file) => writeFileSync(file, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]), { mode: 0o755 }), why: /is a program/ },
  { name: 'a shell line that starts Python on the same file', make: (file) => writeFileSync(file, "#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\nprint(1)\n", { mode: 0o755 }), why: /another interpreter/ },
  { name: 'a hook that is not executable', make: (file) => writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 }), why: /not executable/ },
  { name: 'a symbolic link', make: (file) => symlinkSync('../../first.txt', file), why: /symbolic link/ },
  { name: 'a folder', make: (file) => mkdirSync(file), why: /not a file/ },
];
for (const { name, make, why } of REFUSALS) {
  test(`${name} is left alone, named with a fix, and the other hooks are installed`, () => {
    make(path.join(hooks(), 'post-commit'));
    const before = snapshot(hooks());
    const outcome = installHooks(repository.root);
    const report = outcome.hooks[0];
    assert.is(report?.state, 'unsupported');
    assert.match(report?.why ?? '', why);
    assert.match(report?.fix ?? '', /shim\.sh' post-commit$/);
    assert.equal(outcome.written, ['post-checkout', 'post-merge', 'post-rewrite']);
    uninstallHooks(repository.root);
    assert.equal(snapshot(hooks()), before);
  });
}

test('the fix for a hook in another language works', () => {
  repository.hook('post-commit', '#!/usr/bin/env node\n');
  const fix = hooksStatus(repository.root).hooks[0]?.fix?.replace('have it run: ', '') ?? '';
  repository.hook('post-commit', `#!/usr/bin/env node\nrequire('node:child_process').execSync(${JSON.stringify(fix)});\n`);
  repository.commit('a.txt', 'a\n');
  assert.is(repository.spool()[0]?.[0], 'post-commit');
});

test('core.hooksPath is never set', () => {
  installHooks(repository.root);
  assert.is(repository.run(['config', 'core.hooksPath']).status, 1);
});

test('a folder that is no repository is refused by name', () => {
  assert.throws(() => installHooks(path.dirname(repository.root)), (error: unknown) => error instanceof NotARepository && /git init/.test(error.message));
});

test('Git variables of a surrounding hook do not lead to another repository', () => {
  const other = makeRepository();
  process.env['GIT_DIR'] = path.join(other.root, '.git');
  try {
    assert.is(hooksStatus(repository.root).folder, hooks());
  } finally {
    delete process.env['GIT_DIR'];
    other.remove();
  }
});

test.run();
