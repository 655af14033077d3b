/** A daemon that is stopped, absent or broken never hurts a Git command, and a hefc command says so in one line. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeRepository, type TestRepository } from '../hooks/repository.js';
import { makeCommand, type Command } from './command.js';

const test = suite('client: faults');
let command: Command;
let repository: TestRepository;
test.before(() => {
  command = makeCommand();
  repository = makeRepository({ spool: false });
  const ran = command.hefc(['init'], { cwd: repository.root });
  assert.is(ran.status, 0, ran.stderr);
});
test.after(() => {
  command.end();
  repository.remove();
});

const daemonPid = (): number => (JSON.parse(command.hefc(['daemon', 'status', '--json']).stdout) as { daemon: { pid: number } }).daemon.pid;

function commitIsSilent(file: string): void {
  repository.write(file, 'x\n');
  repository.git('add', file);
  assert.equal(repository.run(['commit', '-q', '-m', file]), { status: 0, stdout: '', stderr: '' });
}

test('a commit is silent while the daemon runs, is stopped by a signal, and is gone', () => {
  commitIsSilent('running.txt');
  const pid = daemonPid();
  process.kill(pid, 'SIGSTOP');
  try {
    commitIsSilent('stopped.txt');
    const ran = command.hefc(['status'], { cwd: repository.root });
    assert.is(ran.status, 5, ran.stderr);
    assert.match(ran.stderr, /^hefc: [^\n]*hefc daemon stop[^\n]*\n$/);
    // One that started just now may still be loading its model, and is waited for as long as a start may take.
    const minuteAgo = Date.now() / 1000 - 60;
    utimesSync(path.join(command.home, 'run/daemon.lock'), minuteAgo, minuteAgo);
    const late = command.hefc(['complete', '--file', 'first.txt', '--line', '1', '--column', '0', '--timeout', '300'], { cwd: repository.root });
    assert.is(late.status, 5, late.stderr);
    // The daemon is given the time of the call and a little more, not the ten seconds one may need to start.
    const waited = Number(/did not answer within (\d+) ms/.exec(late.stderr)?.[1]);
    assert.ok(waited > 300 && waited <= 2300, late.stderr);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  process.kill(pid, 'SIGKILL');
  commitIsSilent('gone.txt');
});

test('the next command after that starts a daemon and indexes what was committed meanwhile', () => {
  const ran = command.hefc(['index', '--wait', '--json'], { cwd: repository.root });
  assert.is(ran.status, 0, ran.stderr);
  assert.is((JSON.parse(ran.stdout) as { commit: string }).commit, repository.git('rev-parse', 'HEAD').trim());
});

test('daemon stop ends a daemon that does not answer', () => {
  process.kill(daemonPid(), 'SIGSTOP');
  assert.is(command.hefc(['daemon', 'stop']).status, 0);
  assert.equal(JSON.parse(command.hefc(['daemon', 'status', '--json']).stdout), { running: false });
});

test('a model that is not there is named in one line by what needs it', () => {
  const ran = command.hefc(['complete', '--file', 'first.txt', '--line', '1', '--column', '0'], { cwd: repository.root, environment: { HEFC_MODEL: '/nowhere/bundle' } });
  assert.is(ran.status, 1, ran.stderr);
  assert.match(ran.stderr, /^hefc: [^\n]*\/nowhere\/bundle[^\n]*hefc model use[^\n]*\n$/);
  command.hefc(['daemon', 'stop']);
});

test('a configuration that is not JSON is named with its path', () => {
  const folder = path.join(command.home, 'config');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'config.json'), '{');
  const ran = command.hefc(['complete', '--file', 'first.txt', '--line', '1', '--column', '0'], { cwd: repository.root });
  rmSync(folder, { recursive: true });
  assert.is(ran.status, 2, ran.stderr);
  assert.match(ran.stderr, /^hefc: [^\n]*config\.json is not JSON: [^\n]+; correct or delete it\n$/);
  command.hefc(['daemon', 'stop']);
});

test('a database full of noise is moved aside and rebuilt', () => {
  const status = (): { repo: { chunks: number; state: string } } => JSON.parse(command.hefc(['status', '--json'], { cwd: repository.root }).stdout) as never;
  assert.is(command.hefc(['index', '--wait'], { cwd: repository.root }).status, 0);
  const { chunks } = status().repo;
  command.hefc(['daemon', 'stop']);
  const file = path.join(repository.root, '.git/hefc/hefc.db');
  rmSync(`${file}-wal`, { force: true });
  rmSync(`${file}-shm`, { force: true });
  writeFileSync(file, Buffer.alloc(64 * 1024, 0x5a));
  appendFileSync(file, 'noise');
  const ran = command.hefc(['index', '--wait'], { cwd: repository.root });
  assert.is(ran.status, 0, ran.stderr);
  assert.is(status().repo.chunks, chunks);
});

test('a database of a newer hefc is left as it is and named with both ways out', () => {
  const file = path.join(repository.root, '.git/hefc/hefc.db');
  command.hefc(['daemon', 'stop']);
  const db = new Database(file);
  db.pragma('user_version = 99');
  db.pragma('wal_checkpoint(truncate)');
  db.close();
  const bytes = readFileSync(file);
  for (const args of [['index', '--wait'], ['status'], ['complete', '--file', 'first.txt', '--line', '1', '--column', '0', '--timeout', '60000']]) {
    const ran = command.hefc(args, { cwd: repository.root });
    assert.is(ran.status, 1, `${args[0]}: ${ran.stderr}`);
    assert.match(ran.stderr, /^hefc: [^\n]*newer hefc[^\n]*upgrade[^\n]*purge[^\n]*\n$/);
  }
  assert.ok(readFileSync(file).equals(bytes), 'the database is untouched');
  assert.is(command.hefc(['purge'], { cwd: repository.root }).status, 0);
  assert.is(command.hefc(['index', '--wait'], { cwd: repository.root }).status, 0);
});

test.run();
