import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lockHolder, takeLock } from '../../daemon/ipc/lock.js';

const test = suite('lock');
let folder = '';
let path = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'hefc-l-'));
  path = join(folder, 'daemon.lock');
});
test.after.each(() => rmSync(folder, { recursive: true, force: true }));

const exited = (pid: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setInterval(() => {
      try {
        process.kill(pid, 0);
      } catch {
        clearInterval(timer);
        resolve();
      }
    }, 10);
  });

test('a free lock is taken, names its holder, and is free again when released', () => {
  const lock = takeLock(path);
  assert.ok(lock?.held());
  assert.is(lockHolder(path), process.pid);
  lock?.release();
  assert.is(lockHolder(path), undefined);
  assert.equal(readdirSync(folder), []);
});

test('the lock of a living process is refused', () => {
  const lock = takeLock(path);
  assert.ok(lock);
  assert.is(takeLock(path), undefined);
  assert.ok(lock?.held());
});

test('the lock of a process that died is taken over', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const { pid } = child;
  await new Promise((resolve) => child.on('exit', resolve));
  await exited(pid!);
  writeFileSync(path, `${pid} 1\n`);
  const lock = takeLock(path);
  assert.ok(lock?.held());
});

// Start times of processes are read from /proc.
(process.platform === 'linux' ? test : test.skip)('a lock whose pid was given to another process is dead', () => {
  writeFileSync(path, `${process.ppid} 1\n`);
  assert.is(lockHolder(path), undefined);
});

test('of many processes that race for a dead lock exactly one holds it', async () => {
  writeFileSync(path, '1999999999 1\n');
  const code = `import(${JSON.stringify(new URL('../../daemon/ipc/lock.js', import.meta.url).href)}).then(({ takeLock }) => { const lock = takeLock(${JSON.stringify(path)}); process.stdout.write(lock ? 'held' : 'refused'); setTimeout(() => { process.stdout.write(lock && lock.held() ? '+' : '-'); }, 3000); });`;
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => new Promise<string>((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
      let said = '';
      child.stdout.on('data', (data: Buffer) => (said += data.toString()));
      child.on('exit', () => resolve(said));
    })),
  );
  assert.is(answers.filter((answer) => answer === 'held+').length, 1, answers.join(' '));
  assert.match(readFileSync(path, 'utf8'), /^\d+ \d*\n$/);
});

test.run();
