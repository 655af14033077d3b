/** `hefc complete` in its one file: the same arguments, the same answers, and never an older build. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPlace } from '../../client/place.js';
import { buildProgram } from '../../client/program.js';
import { MAIN } from './command.js';

const test = suite('client: quick');

const AT = ['--file', 'src/a b.ts', '--line', '3', '--column', '0'];
const PLAIN: string[][] = [
  AT,
  [...AT, '--json'],
  ['--stdin', ...AT, '--json', '--context', 'none', '--max-tokens', '12', '--timeout', '250', '--min-confidence', '0.25', '--block'],
  [...AT, '--line', '4', '--context', 'snippet'],
];
for (const args of PLAIN) {
  test(`${args.join(' ')} is read as commander reads it`, () => {
    const command = buildProgram().commands.find((one) => one.name() === 'complete')!;
    let read: unknown;
    command.action((options: unknown) => void (read = options)).parse(args, { from: 'user' });
    assert.equal(readPlace(args), read);
  });
}

const ODD: string[][] = [
  [], ['--help'], [...AT, '-h'], [...AT, '--colour'], [...AT, 'more'], [...AT, '--context', 'everything'], [...AT, '--timeout'], [...AT, '--timeout', '0'],
  [...AT, '--line=2'], [...AT, '--'], ['--file', 'a.ts', '--line', '0', '--column', '0'], ['--file', 'a.ts', '--line', '1e1', '--column', '0'],
  ['--file', 'a.ts', '--line', '1', '--column', '-1'], ['--file', 'a.ts', '--line', '1'], ['--line', '1', '--column', '0'], [...AT, 'constructor', 'x'],
];
for (const args of ODD) test(`[${args.join(' ')}] is left to commander`, () => assert.is(readPlace(args), undefined));

/** What the launcher runs for these arguments, when the one file is `seconds` newer than the compiled modules. */
function launched(seconds: number | undefined, ...args: string[]): string {
  const dist = mkdtempSync(path.join(tmpdir(), 'hefc-quick-'));
  try {
    const client = path.join(dist, 'client');
    mkdirSync(client);
    copyFileSync(MAIN, path.join(client, 'hefc.cjs'));
    writeFileSync(path.join(dist, 'package.json'), '{"type":"module"}');
    writeFileSync(path.join(dist, '.tsbuildinfo'), '');
    utimesSync(path.join(dist, '.tsbuildinfo'), 1000, 1000);
    writeFileSync(path.join(client, 'main.js'), "process.stdout.write('modules');");
    if (seconds !== undefined) {
      writeFileSync(path.join(client, 'quick.cjs'), "exports.runQuickly = (args) => args[1] !== 'odd' && process.stdout.write(`one file: ${args.join(' ')}`);");
      utimesSync(path.join(client, 'quick.cjs'), 1000 + seconds, 1000 + seconds);
    }
    return spawnSync(process.execPath, [path.join(client, 'hefc.cjs'), ...args], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(dist, { recursive: true });
  }
}

test('a completion runs from the one file of the same build', () => {
  assert.is(launched(1, 'complete', 'x'), 'one file: complete x');
  assert.is(launched(0, 'complete', 'x'), 'one file: complete x', 'an unpacked archive has one time for all');
});

test('the modules run when there is no one file, an older one, or anything it does not do', () => {
  assert.equal([launched(undefined, 'complete', 'x'), launched(-1, 'complete', 'x'), launched(1, 'complete', 'odd'), launched(1, 'status'), launched(1)], Array(5).fill('modules'));
});

test('the one file loads nothing heavy and carries the licences of what it holds', () => {
  const made = readFileSync(path.join(path.dirname(MAIN), 'quick.cjs'), 'utf8');
  const loaded = [...made.matchAll(/require\("(?:node:)?([^"]+)"\)/g)].map(([, name]) => name);
  assert.equal(loaded.filter((name) => ['commander', 'node-ipc', 'crypto', 'tls', 'dgram', 'http'].includes(name ?? '')), []);
  // esbuild names the file each part came from.
  const packages = new Set([...made.matchAll(/^\/\/ \S*node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name ?? ''));
  assert.ok(packages.has('node-ipc'));
  for (const name of packages) assert.match(made, `/*\n${path.basename(name)}\n\n`);
});

test.run();
