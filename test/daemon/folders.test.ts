import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownFolder, runtimeFolder, socketPath } from '../../daemon/ipc/paths.js';

const test = suite('runtime folders');
let folder = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'hefc-f-'));
});
test.after.each(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that is not there is made for us alone', () => {
  const made = ownFolder(join(folder, 'a', 'b'));
  assert.is(statSync(made).mode & 0o777, 0o700);
});

test('a symlink in place of the folder is refused, wherever it leads', () => {
  mkdirSync(join(folder, 'real'), { mode: 0o700 });
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  assert.throws(() => ownFolder(join(folder, 'link')), /not a plain folder/);
});

test('a folder open to others is refused, and the error says how to close it', () => {
  mkdirSync(join(folder, 'open'));
  chmodSync(join(folder, 'open'), 0o755);
  assert.throws(() => ownFolder(join(folder, 'open')), /chmod 700/);
});

test("another user's folder is refused", () => {
  const mine = process.getuid;
  process.getuid = () => 4_000_000;
  try {
    mkdirSync(join(folder, 'theirs'), { mode: 0o700 });
    assert.throws(() => ownFolder(join(folder, 'theirs')), /belongs to another user/);
  } finally {
    if (mine) process.getuid = mine;
  }
});

test('a path too long for a socket falls back to a short folder, equally private', () => {
  const before = process.env.HEFC_HOME;
  process.env.HEFC_HOME = join(folder, 'x'.repeat(120));
  try {
    assert.ok(Buffer.byteLength(socketPath()) < 100);
    assert.is(statSync(runtimeFolder()).mode & 0o777, 0o700);
    rmSync(runtimeFolder(), { recursive: true });
  } finally {
    if (before === undefined) delete process.env.HEFC_HOME;
    else process.env.HEFC_HOME = before;
  }
});

test.run();
