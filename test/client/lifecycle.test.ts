/** The whole command against a real repository and the real daemon. */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeRepository, type TestRepository } from '../hooks/repository.js';
import { MAIN, makeCommand, type Command, type Ran } from './command.js';

const test = suite('client: lifecycle');
let command: Command;
let repository: TestRepository;
let before: Record<string, string>;

const SOURCE = `export function addNumbers(left: number, right: number): number {
  const total = left + right;
  return total;
}

export function multiplyNumbers(left: number, right: number): number {
  const product = left * right;
  return product;
}
`;

/** Modes and bytes of everything in the work tree and the Git directory. */
function snapshot(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => {
    const stat = lstatSync(path.join(root, name));
    return [name, `${stat.mode.toString(8)} ${stat.isFile() ? readFileSync(path.join(root, name)).toString('hex') : ''}`];
  }));
}

function done(args: string[], input = ''): Ran {
  const ran = command.hefc(args, { cwd: repository.root, input });
  assert.is(ran.status, 0, `hefc ${args.join(' ')}: ${ran.stderr}`);
  return ran;
}

function json(args: string[], input = ''): Record<string, unknown> {
  const { stdout } = done([...args, '--json'], input);
  assert.is(stdout.trimEnd().split('\n').length, 1, 'exactly one line of JSON');
  return JSON.parse(stdout) as Record<string, unknown>;
}

interface StatusJson {
  daemon: Record<string, unknown>;
  repo: { root: string; branch: string; tree: string; state: string; indexed: number; chunks: number; nodes: number; db_bytes: number; source_bytes: number };
  counters: Record<string, number>;
}
const statusJson = (): StatusJson => json(['status']) as unknown as StatusJson;

/** Polls until the index stands at the commit's tree. */
async function settled(): Promise<StatusJson> {
  const tree = repository.git('rev-parse', 'HEAD^{tree}').trim();
  for (let tries = 0; tries < 300; tries++) {
    const found = statusJson();
    if (found.repo.state === 'ready' && found.repo.tree === tree) return found;
    await pause(100);
  }
  throw new Error(`the index never reached ${tree}`);
}

test.before(() => {
  command = makeCommand();
  repository = makeRepository({ spool: false });
  repository.commit('src/numbers.ts', SOURCE);
  repository.commit('src/use.ts', `import { addNumbers } from './numbers.js';\n\nconsole.log(addNumbers(1, 2));\n`);
  before = snapshot(repository.root);
});
test.after(() => {
  command.end();
  repository.remove();
});

test('init installs the hooks, indexes, and tells what it did and what to try', () => {
  const { stdout } = done(['init']);
  assert.match(stdout, /Hooks installed in .*post-commit, post-checkout, post-merge, post-rewrite/);
  assert.match(stdout, /Indexed .*: 3 files, \d+ chunks, \d+ nodes/);
  assert.match(stdout, /hefc complete --file/);
  assert.is(statSync(path.join(repository.root, '.git/hefc')).mode & 0o777, 0o700);
});

test('init again changes no hook and fuses nothing', () => {
  const hooks = snapshot(path.join(repository.root, '.git/hooks'));
  assert.match(done(['init']).stdout, /0 files, 0 chunks, 0 nodes fused now/);
  assert.equal(snapshot(path.join(repository.root, '.git/hooks')), hooks);
});

test('status has the documented fields', () => {
  const { daemon, repo, counters } = statusJson();
  for (const name of ['pid', 'version', 'uptime_s', 'rss_mb', 'device']) assert.ok(name in daemon, name);
  assert.is(repo.root, repository.root);
  assert.is(repo.branch, 'main');
  assert.is(repo.state, 'ready');
  assert.is(repo.indexed, 1);
  assert.ok(repo.chunks >= 2 && repo.nodes >= 4 && repo.db_bytes > 0 && repo.source_bytes > 0);
  assert.equal(Object.keys(counters).sort(), ['blobs_read', 'chunks_fused', 'completions', 'hooks', 'nodes_fused']);
});

test('a commit reaches the index through its hook and fuses one file', async () => {
  const earlier = statusJson().counters;
  repository.commit('src/more.ts', 'export const more = 1;\n');
  const { counters } = await settled();
  assert.is(counters['blobs_read'], (earlier['blobs_read'] ?? 0) + 1);
  assert.ok((counters['hooks'] ?? 0) > (earlier['hooks'] ?? 0));
});

const PLACE = ['--file', 'src/use.ts', '--line', '3', '--column', '12'];

test('complete --json prints one object with the documented fields', () => {
  const result = json(['complete', ...PLACE, '--timeout', '60000']);
  for (const name of ['text', 'lane', 'reason', 'model', 'context', 'tokens', 'nodes', 'ms']) assert.ok(name in result, name);
  for (const name of ['prefix', 'suffix', 'memory', 'generated', 'drafted', 'accepted']) assert.type((result['tokens'] as Record<string, unknown>)[name], 'number');
  for (const name of ['total', 'queue', 'retrieve', 'prefill', 'decode']) assert.type((result['ms'] as Record<string, unknown>)[name], 'number');
  const nodes = result['nodes'] as Record<string, unknown>[];
  assert.ok(nodes.length > 0, 'it used vectors of the other file');
  for (const node of nodes) {
    assert.is.not(node['path'], 'src/use.ts');
    assert.equal(['level', 'path', 'score', 'vectors'].filter((name) => !(name in node)), []);
  }
  assert.is(result['context'], 'hef');
});

test('--context none uses no node, snippet pastes text', () => {
  const none = json(['complete', ...PLACE, '--timeout', '60000', '--context', 'none']);
  assert.equal(none['nodes'], []);
  assert.is(none['context'], 'none');
  const snippet = json(['complete', ...PLACE, '--timeout', '60000', '--context', 'snippet']);
  assert.ok(((snippet['tokens'] as Record<string, number>)['pasted'] ?? 0) > 0);
});

test('--stdin completes text that is not on the disk', () => {
  const buffer = `${SOURCE}\nexport function addNumbersAgain(left: number, right: number): number {\n`;
  const result = json(['complete', '--file', 'src/unsaved.ts', '--line', '12', '--column', '0', '--stdin', '--timeout', '60000'], buffer);
  assert.ok(((result['tokens'] as Record<string, number>)['prefix'] ?? 0) > 0);
  assert.not.ok(existsSync(path.join(repository.root, 'src/unsaved.ts')));
});

test('without --json the text alone is on stdout, and an empty completion names its reason on stderr', () => {
  // With int8 products a near tie may fall otherwise once the text is in the key/value cache: the first answer is not compared.
  json(['complete', ...PLACE, '--timeout', '60000']);
  const { text, reason } = json(['complete', ...PLACE, '--timeout', '60000']);
  const plain = done(['complete', ...PLACE, '--timeout', '60000']);
  assert.is(plain.stdout, text === '' ? '' : `${String(text)}\n`);
  if (text === '') assert.match(plain.stderr, /^hefc: nothing to complete: [^\n]+\n$/, String(reason));
  else assert.is(plain.stderr, '');
});

test('explain reports vectors, lanes, tokens and times', () => {
  const { stdout } = done(['explain', ...PLACE, '--timeout', '60000']);
  for (const part of [/^lane /m, /^reason /m, /^tokens .*memory vectors/m, /^time .*total .*retrieve .*prefill .*decode/m, /^vectors used:\n +\S+ +(chunk|file|directory)/m, /^chosen /m, /^looked for .*addNumbers/m]) assert.match(stdout, part);
  assert.ok('explanation' in json(['explain', ...PLACE, '--timeout', '60000']));
});

test('a completion with no time ends with 5 and still prints its object', () => {
  const ran = command.hefc(['complete', ...PLACE, '--timeout', '1', '--json'], { cwd: repository.root });
  const result = JSON.parse(ran.stdout) as { text: string; reason: string };
  if (result.text === '') assert.equal([ran.status, result.reason], [5, 'deadline']);
  else assert.is(ran.status, 0);
});

test('index without --wait promises nothing it cannot know yet; index --all waits all the same', async () => {
  assert.is(done(['index']).stdout, 'Indexing in the background; watch it with: hefc status\n');
  await settled();
  const { stdout } = done(['index', '--all']);
  assert.match(stdout, /^[0-9a-f]{12} is ready: 0 files, 0 chunks and 0 nodes fused in /);
});

test('a second index of the same commit fuses nothing', () => {
  const { fused, state } = json(['index', '--wait']) as { fused: object; state: string };
  assert.equal(fused, { chunks: 0, nodes: 0, blobs: 0 });
  assert.is(state, 'ready');
});

test('indexing pauses and goes on', () => {
  assert.is(json(['index', '--pause'])['state'], 'paused');
  assert.is(statusJson().repo.state, 'paused');
  assert.is.not(json(['index', '--resume'])['state'], 'paused');
});

test('a daemon killed outright is replaced by the next command, and nothing is lost', () => {
  const { daemon, repo } = statusJson();
  process.kill(daemon['pid'] as number, 'SIGKILL');
  const again = statusJson();
  assert.is.not(again.daemon['pid'], daemon['pid']);
  assert.equal([again.repo.chunks, again.repo.tree], [repo.chunks, repo.tree]);
});

test('gc and purge say what they freed, and the index can be rebuilt', () => {
  assert.type(json(['gc'])['bytesFreed'], 'number');
  assert.ok((json(['purge'])['bytesFreed'] as number) > 0);
  assert.is((json(['index', '--wait']) as { fused: { blobs: number } }).fused.blobs, 4);
});

test('daemon status, start, logs and stop work', () => {
  assert.match(done(['daemon', 'start']).stdout, /runs as process \d+/);
  assert.is(json(['daemon', 'status'])['running'], true);
  const lines = done(['daemon', 'logs', '-n', '2']).stdout.trimEnd().split('\n');
  assert.ok(lines.length <= 2 && (lines[0] ?? '') !== '');
  assert.match(done(['daemon', 'stop']).stdout, /has stopped/);
  assert.match(done(['daemon', 'stop']).stdout, /No daemon was running/);
});

test('doctor finds the installation sound, the repository and an editor set up', () => {
  const bin = path.join(command.home, 'bin');
  mkdirSync(path.join(command.home, '.config/nvim'), { recursive: true });
  mkdirSync(bin);
  for (const [name, body] of [['hefc', `exec '${process.execPath}' '${MAIN}' "$@"`], ['nvim', 'echo NVIM v0.9.5']] as const) writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  writeFileSync(path.join(command.home, '.config/nvim/init.lua'), "vim.lsp.config('hefc', { cmd = { 'hefc', 'lsp' } })\n");
  writeFileSync(path.join(command.home, '.hefc.json'), '{"timeout": 2000}');
  // Git alone beside it, so that the machine's own editors are not seen.
  symlinkSync(spawnSync('which', ['git'], { encoding: 'utf8' }).stdout.trim(), path.join(bin, 'git'));
  const ran = command.hefc(['doctor', '--json'], { cwd: repository.root, environment: { HOME: command.home, PATH: bin, SHELL: '', XDG_CONFIG_HOME: '' } });
  const { ok, findings } = JSON.parse(ran.stdout) as { ok: boolean; findings: { name: string; state: string; detail: string }[] };
  const bad = findings.filter(({ state }) => state !== 'ok').map(({ name, detail }) => `${name}: ${detail}`);
  assert.equal(bad, []);
  assert.ok(ok);
  assert.is(ran.status, 0);
  assert.equal(findings.map(({ name }) => name), ['better-sqlite3', 'sqlite-vec', 'onnxruntime-node', 'tokenizers', 'tree-sitter', 'node', 'git', 'folders', 'models', 'daemon', 'inference', 'hooks', 'database folder', 'disk', 'index', 'hefc on PATH', 'language server', '.hefc.json', 'Neovim']);
});

test('doctor starts the model with the threads and the provider of the configuration', () => {
  const folder = path.join(command.home, 'config');
  const findingOf = (text: string): { state: string; detail: string } | undefined => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'config.json'), text);
    const { stdout } = command.hefc(['doctor', '--json'], { cwd: repository.root });
    return (JSON.parse(stdout) as { findings: { name: string; state: string; detail: string }[] }).findings.find(({ name }) => name === 'inference');
  };
  try {
    assert.match(findingOf('{ "threads": 3, "provider": "cpu" }')?.detail ?? '', / on cpu, 3 threads: asked for$/);
    const broken = findingOf('{ "threads": "three" }');
    assert.is(broken?.state, 'failed');
    assert.match(broken?.detail ?? '', /config\.json: threads must be a number/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('uninit leaves the index, the work tree, the hooks and the Git directory as they were', () => {
  repository.git('reset', '-q', '--hard', 'HEAD~1');
  done(['uninit']);
  const after = snapshot(repository.root);
  for (const [name, bytes] of Object.entries(before)) {
    // Our own commit and reset moved these; all else must be equal.
    if (/^\.git(\/(logs(\/.*)?|index|refs\/heads|COMMIT_EDITMSG))?$/.test(name)) continue;
    assert.is(after[name], bytes, name);
  }
  assert.equal(Object.keys(after).filter((name) => !(name in before) && !name.startsWith('.git/objects') && !/^\.git\/(ORIG_HEAD)$/.test(name)), []);
});

test('init and uninit alone leave every byte as it was', () => {
  rmSync(path.join(repository.root, '.git/ORIG_HEAD'), { force: true });
  const pristine = snapshot(repository.root);
  done(['init']);
  assert.ok(existsSync(path.join(repository.root, '.git/hefc')));
  done(['uninit']);
  assert.equal(snapshot(repository.root), pristine);
});

test('a linked worktree shares the index: the same commit there fuses nothing', () => {
  done(['init', '--no-hooks']);
  const linked = path.join(path.dirname(repository.root), 'linked');
  repository.git('worktree', 'add', '-q', '-b', 'linked', linked);
  const ran = command.hefc(['index', '--wait', '--json'], { cwd: linked });
  assert.is(ran.status, 0, ran.stderr);
  assert.equal((JSON.parse(ran.stdout) as { fused: object }).fused, { chunks: 0, nodes: 0, blobs: 0 });
  const { repo } = JSON.parse(command.hefc(['status', '--json'], { cwd: linked }).stdout) as StatusJson;
  assert.equal([repo.root, repo.branch, repo.state], [linked, 'linked', 'ready']);
});

test('init in a repository whose hooks folder is shared leaves the folder alone, says so, and indexes', () => {
  const shared = path.join(path.dirname(repository.root), 'shared-hooks');
  repository.git('config', 'core.hooksPath', shared);
  const { stdout } = done(['init']);
  assert.match(stdout, /Hooks not installed: .*outside this repository.*--shared/);
  assert.match(stdout, /Indexed /);
  assert.not.ok(existsSync(shared));
  repository.git('config', '--unset', 'core.hooksPath');
});

test('a repository without a commit is set up and says that nothing is there yet', () => {
  const empty = path.join(path.dirname(repository.root), 'empty');
  repository.git('init', '-q', empty);
  const ran = command.hefc(['init', '--no-hooks'], { cwd: empty });
  assert.is(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /no commit yet/);
  assert.equal(readdirSync(path.join(empty, '.git/hooks')).filter((name) => !name.endsWith('.sample')), []);
});

test.run();
