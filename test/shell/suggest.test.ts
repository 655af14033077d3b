/** `hefc suggest` through the real daemon: where commands come from, what is left out, and every way to end. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../daemon/ipc/client.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, type Surroundings, type TestRepository } from '../daemon/surroundings.js';

const test = suite('shell: suggest');
const PATIENCE = { timeout: 120_000 };
let place: Surroundings;
let shop: TestRepository;
test.before(async () => {
  place = makeSurroundings();
  shop = place.repository('shop');
  shop.commit({
    ...SHOP,
    'package.json': '{ "scripts": { "test": "node --test", "lint": "eslint ." } }\n',
    'web/package.json': '{ "scripts": { "serve": "vite" } }\n',
    'web/yarn.lock': '',
    '.github/workflows/ci.yml': 'jobs:\n  a:\n    steps:\n      - run: pytest --maxfail=1 shop\n      - run: shopctl deploy --token hunter2hunter2\n',
    '.env': 'run_secret one two\n',
    '.env.sh': 'run_secret three four\n',
    '.hefcignore': 'hidden/\n',
    'hidden/a.sh': 'run_hidden one two\n',
    'tools/odd.sh': 'run_odd one\u202etwo\nrun_odd \x1b[31m\n',
  });
  (await connect(PATIENCE)).close();
});
test.after(() => place.end());

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

function suggest(input: string, args: string[] = [], cwd = shop.root): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'suggest', '--timeout', '60000', ...args], { cwd, input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('command lines come one a line, best first, whether commander or the one file reads the arguments', () => {
  for (const args of [[], ['--limit=10']]) assert.equal(suggest('npm \n', args), { status: 0, stdout: 'npm test\nnpm run lint\nnpm run test\n', stderr: '' });
});

test('a folder of its own has its own commands first, and those of its package manager', () => {
  assert.match(suggest('yarn', [], path.join(shop.root, 'web')).stdout, /^yarn serve\n/);
  assert.match(suggest('cd web && yarn').stdout, /^cd web && yarn serve\n/);
  assert.match(suggest('yarn').stdout, /^yarn --cwd web serve\n/);
});

test('a NUL is the cursor: what follows it stays', () => {
  assert.match(suggest('true; pytest --max\0 -x').stdout, /^true; pytest --maxfail=1 shop -x\n/);
});

test('--json says where each comes from, --null gives what stands left of the cursor', () => {
  const { suggestions, reason } = JSON.parse(suggest('pytest', ['--json']).stdout) as { suggestions: { left: string; from: string; how: string }[]; reason: string };
  assert.is(reason, 'ok');
  assert.equal(suggestions[0], { left: 'pytest --maxfail=1 shop', from: '.github/workflows/ci.yml:4', how: 'continued' });
  assert.match(suggest('pytest\0 -x\0', ['--null']).stdout, /^\0pytest --maxfail=1 shop\0/);
});

test('nothing found is done: no output, a reason on stderr, with --null the reason first', () => {
  assert.equal(suggest('zzz'), { status: 0, stdout: '', stderr: 'hefc: no command of this repository goes on from this line\n' });
  assert.equal(suggest('zzz', ['--null']), { status: 0, stdout: 'hefc: no command of this repository goes on from this line\0', stderr: '' });
});

test('no text of secret-like, ignored or uncommitted files, no line with a secret, no control character', () => {
  shop.write({ 'new.sh': 'run_new one two\n' });
  for (const left of ['run', 'run_', 'shopctl', 'run_odd ']) {
    const { stdout } = suggest(left, ['--limit', '100']);
    assert.not.match(stdout, /run_secret|run_hidden|run_new|hunter2|run_odd/);
  }
});

test('history is read when it is asked for, for that call alone, and refused when it is not', () => {
  const line = 'gitk\0\0gitk --all\0gitk --all\0gitk --since=now\0gitk --password hunter2\0';
  assert.equal(suggest(line, ['--history']).stdout.split('\n').slice(0, 2), ['gitk --all', 'gitk --since=now']);
  assert.not.match(suggest(line, ['--history', '--limit', '100']).stdout, 'hunter2');
  assert.equal(suggest('gitk').stdout, '');
  const refused = suggest(line);
  assert.is(refused.status, 2);
  assert.match(refused.stderr, /--history/);
  const stored = readdirSync(process.env.HEFC_HOME!, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => readFileSync(path.join(one.parentPath, one.name), 'latin1'));
  assert.ok(stored.length > 0 && stored.every((text) => !text.includes('gitk')));
});

test('a new commit is seen at once, and a branch without one has nothing', () => {
  shop.commit({ Makefile: 'fresh-target:\n\ttrue\n' });
  assert.is(suggest('make ').stdout, 'make fresh-target\n');
  const empty = place.repository('empty');
  assert.is(suggest('make ', [], empty.root).status, 0);
});

test('outside a repository it ends with 4, with history it goes on', () => {
  const outside = path.join(place.folder, 'outside');
  mkdirSync(outside, { recursive: true });
  const ran = suggest('make', [], outside);
  assert.is(ran.status, 4);
  assert.match(ran.stderr, /^hefc: .* is not in a Git repository.*\n$/);
  assert.match(suggest('make', ['--null'], outside).stdout, /^hefc: .* is not in a Git repository.*\0$/);
  assert.is(suggest('make\0\0make shoes\0', ['--history'], outside).stdout, 'make shoes\n');
});

test('an indexed repository has the same commands, and endings that hold only words of its commands', async () => {
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  daemon.close();
  assert.match(suggest('npm ').stdout, /^npm test\nnpm run lint\n/);
  const { suggestions } = JSON.parse(suggest('pytest -x ', ['--json']).stdout) as { suggestions: { left: string; how: string }[] };
  const known = new Set(suggest('', ['--limit', '100']).stdout.split(/\s+/));
  for (const { left } of suggestions.filter(({ how }) => how === 'written')) assert.equal(left.split(/\s+/).slice(2).filter((word) => !known.has(word)), []);
});

test('commands come without a model, and a daemon that does not answer is given up in time, with the reason', () => {
  const home = path.join(place.folder, 'other home');
  mkdirSync(home, { mode: 0o700 });
  const environment = { ...process.env, HEFC_HOME: home, HEFC_MODEL: path.join(place.folder, 'no model') };
  const hefc = (args: string[], input = ''): Ran => spawnSync(process.execPath, [MAIN, ...args], { cwd: shop.root, input, env: environment, encoding: 'utf8' });
  try {
    assert.match(hefc(['suggest', '--timeout', '60000'], 'npm ').stdout, /^npm test\n/);
    const { daemon } = JSON.parse(hefc(['daemon', 'status', '--json']).stdout) as { daemon: { pid: number } };
    process.kill(daemon.pid, 'SIGSTOP');
    try {
      const ran = hefc(['suggest', '--timeout', '700', '--null'], 'npm ');
      assert.is(ran.status, 3);
      assert.match(ran.stdout, /^hefc: no answer within 700 ms: the daemon is starting, or busy; [^\n]+\0$/);
    } finally {
      process.kill(daemon.pid, 'SIGCONT');
    }
  } finally {
    hefc(['daemon', 'stop']);
  }
});

for (const { title, input, args, says } of [
  { title: 'too much of it', input: 'x'.repeat(5 * 1024 * 1024), args: [], says: /larger than 4 MiB/ },
  { title: 'a line that is a book', input: 'x'.repeat(70_000), args: [], says: /at most 65536 characters/ },
  { title: 'a limit of none', input: 'x', args: ['--limit', '0'], says: /whole number from 1/ },
  { title: 'a limit of too many', input: 'x', args: ['--limit', '1000'], says: /between 1 and 100/ },
  { title: '--null with --json', input: 'x', args: ['--null', '--json'], says: /cannot be used with/ },
]) {
  test(`${title} ends with 2 and one line`, () => {
    const ran = suggest(input, args);
    assert.is(ran.status, 2, ran.stderr);
    assert.is(ran.stdout, '');
    assert.match(ran.stderr, says);
    assert.match(ran.stderr, /^hefc: [^\n]+\n$/);
  });
}

const inShell = (line: string, cwd = shop.root): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve) => {
    const child = spawn('bash', ['-c', line], { cwd, env: { ...process.env, HEFC: `${process.execPath} ${MAIN}` }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('close', (code) => resolve({ code, output }));
  });

test('hefc complete at the end of a pipe completes the end of the text, and the end of a line that is named', async () => {
  const head = await inShell(`head -n 5 shop/order.py | head -c -13 | $HEFC complete --stdin --file shop/new.py --timeout 60000`);
  assert.is(head.code, 0, head.output);
  assert.match(head.output, /^[^\n]+\n$/);
  const named = await inShell(`head -c -13 shop/order.py | $HEFC complete --stdin --file shop/new.py --line 5 --timeout 60000 --json`);
  assert.is(named.code, 0, named.output);
  assert.ok('text' in (JSON.parse(named.output) as object));
});

test('in a pipe: an early reader and an endless writer end it, a column without a line is refused', async () => {
  assert.equal(await inShell("set -o pipefail; printf 'npm ' | $HEFC suggest --timeout 60000 | true"), { code: 0, output: '' });
  const endless = await inShell('yes | $HEFC complete --stdin --file a.py');
  assert.is(endless.code, 2);
  assert.match(endless.output, /^hefc: a\.py is larger than 8 MiB[^\n]*\n$/);
  const column = await inShell('echo x | $HEFC complete --stdin --file a.py --column 1');
  assert.is(column.code, 2);
  assert.match(column.output, /--line/);
});

test.run();
