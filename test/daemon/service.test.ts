import Database from 'better-sqlite3';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, type Connection } from '../../daemon/ipc/client.js';
import { CHUNKER_ID } from '../../daemon/chunker/chunker.js';
import { CallError } from '../../daemon/ipc/errors.js';
import { lockHolder } from '../../daemon/ipc/lock.js';
import { lockPath, logPath } from '../../daemon/ipc/paths.js';
import type { CompleteParams, CompleteResult, IndexProgress, StatusResult } from '../../daemon/ipc/protocol.js';
import { installHooks } from '../../hooks/install.js';
import { readManifest, shapesOf } from '../../models/bundle/read.js';
import { openStore } from '../../store/open.js';
import { bundleDirectory } from '../bundle.js';
import { makeSurroundings, openRepositoryAt, SHOP, until, type Surroundings, type TestRepository } from './surroundings.js';

const test = suite('service');
const PATIENCE = { timeout: 120_000 };
let place: Surroundings;
let daemon: Connection;
let count = 0;

test.before(async () => {
  place = makeSurroundings();
  daemon = await connect(PATIENCE);
});
test.after(async () => {
  daemon.close();
  await place.end();
});

function shop(): TestRepository {
  const repo = place.repository(`service-${++count}`);
  repo.commit(SHOP);
  return repo;
}

const complete = (repo: TestRepository, params: Partial<CompleteParams> & { file: string }): Promise<CompleteResult> =>
  daemon.call('complete', { line: 1, column: 0, timeout: 60_000, ...params, file: join(repo.root, params.file) }, PATIENCE);
const status = (repo: TestRepository): Promise<StatusResult> => daemon.call('status', { repo: repo.root }, PATIENCE);

async function failure(promise: Promise<unknown>): Promise<CallError> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown);
  assert.instance(error, CallError);
  return error as CallError;
}

/** The index stands at HEAD's tree and rests. */
async function settled(repo: TestRepository): Promise<StatusResult> {
  const tree = repo.git('rev-parse', 'HEAD^{tree}');
  await until('the index stood at HEAD', async () => {
    const { repo: state } = await status(repo);
    return state?.tree === tree && state.state === 'ready';
  });
  return status(repo);
}

/** Digest of a repository's index at HEAD, read from its database. */
function digestOf(root: string, modelId: string): string {
  const { memoryDim, keyDim } = shapesOf(readManifest(bundleDirectory));
  const store = openStore({ directory: join(root, '.git', 'hefc'), modelId, chunkerId: CHUNKER_ID, shapes: { memoryDim, keyDim } });
  try {
    return store.digest({ tree: openRepositoryAt(root).git('rev-parse', 'HEAD^{tree}'), scope: '' });
  } finally {
    store.close();
  }
}

const ORDER = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n`;

test('an indexed repository answers with vectors of its own files, and explains how', async () => {
  const repo = shop();
  const seen: IndexProgress[] = [];
  const outcome = await daemon.call('index', { repo: repo.root, wait: true }, { ...PATIENCE, onEvent: (progress) => seen.push(progress) });
  assert.is(outcome.state, 'ready');
  assert.is(outcome.commit, repo.git('rev-parse', 'HEAD'));
  assert.is(seen.at(-1)?.phase, 'done');
  const result = await complete(repo, { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0, explain: true });
  assert.ok(result.tokens.memory > 0);
  assert.ok(result.nodes.length > 0 && result.nodes.every((node) => node.path !== 'shop/order.py'));
  assert.ok(result.nodes.some((node) => node.level === 'chunk' && node.path === 'shop/basket.py'));
  assert.is(result.nodes.reduce((sum, node) => sum + node.vectors, 0), result.tokens.memory);
  assert.ok(result.explanation?.identifiers.includes('Basket'));
  assert.ok(result.explanation?.copy.some((one) => one.text.includes('send_parcel(item, basket.owner)')), JSON.stringify(result.explanation?.copy));
  const after = await status(repo);
  assert.is(after.repo?.state, 'ready');
  assert.is(after.repo?.indexed, 1);
  assert.is(after.counters.completions, 1);
  assert.is(after.counters.chunks_fused, outcome.fused.chunks);
});

test('each context gives the generator what it says', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  const at = { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0 };
  const none = await complete(repo, { ...at, context: 'none' });
  const snippet = await complete(repo, { ...at, context: 'snippet' });
  assert.equal([none.tokens.memory, none.tokens.pasted, none.nodes.length], [0, 0, 0]);
  assert.ok(snippet.tokens.pasted > 0 && snippet.tokens.memory === 0 && snippet.nodes.length > 0);
  assert.is((await failure(complete(repo, { ...at, context: 'other' as never }))).code, 'usage');
});

test('a repository that was never set up is answered from the file alone, and nothing is written into it', async () => {
  const repo = shop();
  const result = await complete(repo, { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0 });
  assert.is(result.nodes.length, 0);
  assert.not.ok(existsSync(join(repo.root, '.git', 'hefc')));
  assert.is((await status(repo)).repo?.state, 'absent');
});

test('hooks bring the index to each new HEAD, and a branch seen before fuses nothing', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  installHooks(repo.root);
  repo.git('checkout', '--quiet', '-b', 'side');
  repo.commit({ 'shop/side.py': 'def on_the_side():\n    return 1\n' });
  const { counters } = await settled(repo);
  // The index may stand at HEAD before the last line of the spool has been read.
  await until('the lines of checkout and commit were read', async () => (await status(repo)).counters.hooks >= 2);
  repo.git('checkout', '--quiet', 'main');
  assert.is((await settled(repo)).repo?.branch, 'main');
  repo.git('checkout', '--quiet', 'side');
  const last = await settled(repo);
  assert.equal({ ...last.counters, hooks: 0 }, { ...counters, hooks: 0 });
  assert.is(last.repo?.branch, 'side');
});

test('commits made while no daemon ran are found when one starts', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  const { daemon: { pid } } = await status(repo);
  process.kill(pid, 'SIGKILL');
  await daemon.closed;
  repo.commit({ 'shop/late.py': 'LATE = 1\n' });
  daemon = await connect(PATIENCE);
  const first = await complete(repo, { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0 });
  assert.ok(first.tokens.memory > 0, 'the first call after a kill uses the index there was');
  await settled(repo);
});

test('kill -9 in the middle of an index loses nothing: the next daemon ends where one from scratch would', async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, k) => [`m${k % 5}/f${k}.py`, Array.from({ length: 20 }, (_line, n) => `def function_${k}_${n}(a, b):\n    return a + b + ${k * n}\n`).join('\n')]));
  const repo = place.repository(`service-${++count}`);
  repo.commit(files);
  const { daemon: { pid } } = await daemon.call('status', {}, PATIENCE);
  const killed = daemon.call('index', { repo: repo.root, wait: true }, { ...PATIENCE, onEvent: ({ filesDone }) => {
    if (filesDone >= 15) process.kill(pid, 'SIGKILL');
  } });
  await killed.then(() => assert.unreachable(), () => undefined);
  daemon = await connect(PATIENCE);
  const outcome = await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  assert.ok(outcome.state === 'ready' && outcome.fused.blobs < 60, JSON.stringify(outcome));
  const twin = join(place.folder, `twin-${count}`);
  repo.git('clone', '--quiet', repo.root, twin);
  await daemon.call('index', { repo: twin, wait: true }, PATIENCE);
  const { daemon: { model } } = await status(repo);
  await daemon.call('stop', {}, PATIENCE);
  await until('the daemon ended', () => lockHolder(lockPath()) === undefined);
  daemon = await connect(PATIENCE);
  assert.is(digestOf(repo.root, model), digestOf(twin, model));
});

test('a rebase in progress is waited for, and its end is indexed', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  installHooks(repo.root);
  const before = (await status(repo)).repo?.tree;
  repo.git('checkout', '--quiet', '-b', 'topic');
  repo.commit({ 'a.txt': 'one\n' });
  repo.git('checkout', '--quiet', 'main');
  repo.commit({ 'a.txt': 'two\n' });
  await settled(repo);
  repo.git('checkout', '--quiet', 'topic');
  await settled(repo);
  assert.throws(() => repo.git('rebase', 'main'));
  const during = (await status(repo)).repo?.tree;
  assert.is.not(during, before);
  repo.write({ 'a.txt': 'both\n' });
  repo.git('add', 'a.txt');
  repo.git('-c', 'core.editor=true', 'rebase', '--continue');
  await settled(repo);
});

test('a newer completion of a session cancels the older; a hang-up cancels too', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  const at = { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0, session: 'editor-1' };
  const [older, newer] = await Promise.all([complete(repo, at), complete(repo, at)]);
  assert.is(older.reason, 'cancelled');
  assert.is.not(newer.reason, 'cancelled');
  const other = await connect(PATIENCE);
  const left = other.call('complete', { ...at, file: join(repo.root, at.file), timeout: 60_000 });
  other.close();
  assert.instance(await left.catch((error: unknown) => error), Error);
  assert.is((await complete(repo, at)).reason === 'cancelled', false);
});

test('a deadline that cannot be met ends in an empty completion with its reason', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  const text = `${'value = compute(value)\n'.repeat(400)}unheard_of_beginning = `;
  const result = await complete(repo, { file: 'slow.py', text, line: 401, column: 'unheard_of_beginning = '.length, timeout: 1 });
  assert.ok(result.reason === 'deadline' || result.text !== '', JSON.stringify(result));
});

test('bad input is named: no repository, no file, a cursor outside it', async () => {
  const repo = shop();
  const outside = await failure(daemon.call('complete', { file: join(place.folder, 'x.py'), text: '', line: 1, column: 0 }, PATIENCE));
  assert.is(outside.code, 'not-a-repository');
  assert.is((await failure(daemon.call('index', { repo: place.folder }, PATIENCE))).code, 'not-a-repository');
  const missing = await failure(complete(repo, { file: 'no/such.py' }));
  assert.is(missing.code, 'usage');
  assert.match(missing.message, /such\.py/);
  assert.match((await failure(complete(repo, { file: 'README.md', line: 99 }))).message, /line 99.*4 lines/);
  assert.match((await failure(complete(repo, { file: 'README.md', line: 1, column: 50 }))).message, /column 50.*6 columns/);
});

test('secret-like, binary and oversized buffers are refused with a reason', async () => {
  const repo = shop();
  repo.write({ '.env': 'TOKEN=abc\n' });
  writeFileSync(join(repo.root, 'data.bin'), Buffer.from([1, 0, 2]));
  writeFileSync(join(repo.root, 'big.py'), 'x = 1\n'.repeat(300_000));
  for (const file of ['.env', 'data.bin', 'big.py']) {
    const result = await complete(repo, { file });
    assert.equal([result.text, result.reason, result.lane], ['', 'file-refused', 'none'], file);
  }
});

test('no text of files, buffers or completions reaches the log', async () => {
  const repo = shop();
  repo.commit({ 'shop/planted.py': 'def plantedlogword(a):\n    return a\n', 'plantedlogname.py': 'x = 1\n' });
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  await complete(repo, { file: 'shop/use.py', text: 'from shop.planted import plantedlogword\n\nplantedlogword(', line: 3, column: 15 });
  await failure(complete(repo, { file: 'shop/use.py', text: 'plantedlogword', line: 9 }));
  const log = readFileSync(logPath(), 'utf8');
  assert.match(log, / indexed /);
  assert.not.match(log, /plantedlog/);
});

test('what refused files say reaches neither a completion nor the log', async () => {
  const repo = shop();
  repo.commit({
    'shop/planted.py': 'plantedopenword = 1\n',
    '.env': 'PASSWORD=plantedsecretone\n',
    'notes/key.txt': '-----BEGIN RSA PRIVATE KEY-----\nplantedsecrettwoplantedsecrettwo\n-----END RSA PRIVATE KEY-----\n',
    '.hefcignore': 'private/\n',
    'private/plan.py': 'plantedsecretthree = 1\n',
  });
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  let told = '';
  for (const text of ['PASSWORD=planted', '-----BEGIN RSA PRIVATE KEY-----\n', 'from private.plan import planted', 'from shop.planted import planted']) {
    const lines = text.split('\n');
    for (const context of ['hef', 'snippet'] as const) told += JSON.stringify(await complete(repo, { file: 'shop/new.py', text, line: lines.length, column: lines.at(-1)!.length, context, explain: true }));
  }
  const key = await complete(repo, { file: 'notes/key.txt' });
  assert.is(key.reason, 'file-refused');
  assert.ok(told.includes('shop/planted.py'), 'the check itself must see what is indexed');
  for (const planted of ['plantedsecretone', 'plantedsecrettwo', 'plantedsecretthree']) assert.not.ok(told.includes(planted), planted);
  assert.not.match(readFileSync(logPath(), 'utf8'), /planted(?:secret|open)/);
});

test('pausing stops an index and unpausing ends it', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  assert.is((await daemon.call('pause', { repo: repo.root, paused: true }, PATIENCE)).state, 'paused');
  repo.commit({ 'shop/more.py': 'MORE = 1\n' });
  await daemon.call('pause', { repo: repo.root, paused: false }, PATIENCE);
  await settled(repo);
});

test('gc drops what no branch reaches, and completions go on', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  repo.git('checkout', '--quiet', '-b', 'gone');
  repo.commit({ 'shop/gone.py': 'def gone():\n    return 0\n' });
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  repo.git('checkout', '--quiet', 'main');
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  repo.git('branch', '--quiet', '-D', 'gone');
  const freed = await daemon.call('gc', { repo: repo.root }, PATIENCE);
  assert.is(freed.blobs, 1);
  const result = await complete(repo, { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0 });
  assert.ok(result.nodes.length > 0);
});

test('gc keeps the tree of a branch that was renamed: nothing is fused afterwards', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  repo.git('branch', '-m', 'main', 'trunk');
  const freed = await daemon.call('gc', { repo: repo.root }, PATIENCE);
  assert.equal([freed.blobs, freed.directories], [0, 0]);
  assert.is((await status(repo)).repo?.tree, repo.git('rev-parse', 'HEAD^{tree}'));
  const again = await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  assert.equal(again.fused, { chunks: 0, nodes: 0, blobs: 0 });
});

test('gc in the middle of index --all: both end well, and everything is indexed', async () => {
  const repo = shop();
  for (const branch of ['one', 'two']) {
    repo.git('checkout', '--quiet', '-b', branch, 'main');
    repo.commit(Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`${branch}/f${k}.py`, `def ${branch}_${k}(a):\n    return a + ${k}\n`])));
  }
  repo.git('checkout', '--quiet', 'main');
  let collected: Promise<unknown> | undefined;
  await daemon.call('index', { repo: repo.root, all: true }, { ...PATIENCE, onEvent: ({ files, filesDone }) => {
    if (files === 20 && filesDone >= 5) collected ??= daemon.call('gc', { repo: repo.root }, PATIENCE);
  } });
  assert.ok(collected, 'gc came in between');
  await collected;
  for (const branch of ['one', 'two']) {
    repo.git('checkout', '--quiet', branch);
    assert.equal((await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE)).fused, { chunks: 0, nodes: 0, blobs: 0 }, branch);
  }
});

test('an index nobody waits for never says ready; the end is found in the state', async () => {
  const repo = shop();
  assert.is((await daemon.call('index', { repo: repo.root }, PATIENCE)).state, 'indexing');
  await settled(repo);
  repo.commit({ 'shop/more.py': 'MORE = 1\n' });
  assert.is((await daemon.call('index', { repo: repo.root }, PATIENCE)).state, 'indexing');
  await settled(repo);
});

test('a pause holds in every worktree and over a restart, until an index is asked for', async () => {
  const repo = shop();
  const linked = join(place.folder, `linked-${count}`);
  repo.git('worktree', 'add', '--quiet', '--detach', linked);
  await daemon.call('index', { repo: repo.root, all: true }, PATIENCE);
  await daemon.call('pause', { repo: linked, paused: true }, PATIENCE);
  assert.is((await status(repo)).repo?.state, 'paused');
  await daemon.call('stop', {}, PATIENCE);
  await until('the daemon ended', () => lockHolder(lockPath()) === undefined);
  daemon = await connect(PATIENCE);
  repo.commit({ 'shop/more.py': 'MORE = 1\n' });
  await complete(repo, { file: 'README.md' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const held = (await status(repo)).repo;
  assert.is(held?.state, 'paused');
  assert.is(held?.tree, repo.git('rev-parse', 'HEAD~1^{tree}'));
  await daemon.call('index', { repo: linked, wait: true }, PATIENCE);
  // Lifting the pause hints at every worktree, so a run that finds nothing to do may still be under way.
  await settled(openRepositoryAt(linked));
  await settled(repo);
});

test('a database damaged while it is open is set aside by the next calls, and rebuilt', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  const folder = join(repo.root, '.git', 'hefc');
  const file = join(folder, 'hefc.db');
  const other = new Database(file);
  const write = other.prepare("insert into counter (name, value) values ('hooks', 1) on conflict (name) do update set value = value + 1");
  write.run();
  other.pragma('wal_checkpoint(TRUNCATE)');
  write.run();
  const handle = openSync(file, 'r+');
  // All but the first page, which names the file's kind.
  for (let at = 8192; at < statSync(file).size; at += 8192) writeSync(handle, Buffer.alloc(8192, 0x5a), 0, 8192, at);
  closeSync(handle);
  // Another's write makes the daemon read the pages anew.
  write.run();
  await until('the database was set aside', async () => {
    await daemon.call('status', { repo: repo.root }, PATIENCE).catch(() => undefined);
    await complete(repo, { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0 }).catch(() => undefined);
    return readdirSync(folder).some((name) => name.includes('.corrupt-'));
  });
  other.close();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  await settled(repo);
});

test('index --all of a bare repository stays inside it, and follows relative pointers to worktrees', async () => {
  const source = shop();
  const bare = join(place.folder, `bare-${count}.git`);
  source.git('clone', '--quiet', '--bare', source.root, bare);
  assert.is((await daemon.call('index', { repo: bare, all: true }, PATIENCE)).state, 'ready');
  const linked = join(place.folder, `linked-${count}`);
  source.git('worktree', 'add', '--quiet', '--detach', linked);
  openRepositoryAt(linked).commit({ 'linked.py': 'LINKED = 1\n' });
  const pointer = join(source.root, '.git', 'worktrees', `linked-${count}`);
  writeFileSync(join(pointer, 'gitdir'), `${relative(pointer, join(linked, '.git'))}\n`);
  await daemon.call('index', { repo: source.root, all: true }, PATIENCE);
  const { repo } = await status(openRepositoryAt(linked));
  assert.is(repo?.tree, openRepositoryAt(linked).git('rev-parse', 'HEAD^{tree}'));
});

test('purging while an index runs and an editor types leaves no database behind', async () => {
  const repo = shop();
  repo.commit(Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`p/f${k}.py`, `def p_${k}(a):\n    return a + ${k}\n`])));
  let purged: Promise<unknown> | undefined;
  let typing: Promise<unknown>[] = [];
  await daemon.call('index', { repo: repo.root, wait: true }, { ...PATIENCE, onEvent: ({ filesDone }) => {
    if (filesDone < 3 || purged) return;
    purged = daemon.call('purge', { repo: repo.root }, PATIENCE);
    typing = Array.from({ length: 5 }, (_, k) => complete(repo, { file: 'shop/order.py', text: ORDER, line: ORDER.split('\n').length, column: 0, session: `typing-${k}` }).catch(() => undefined));
  } }).catch((error: CallError) => assert.is(error.code, 'cancelled'));
  assert.ok(purged, 'the purge came in between');
  await purged;
  await Promise.all(typing);
  assert.not.ok(existsSync(join(repo.root, '.git', 'hefc')));
  assert.is((await status(repo)).repo?.state, 'absent');
});

test('a pipe is no file and holds nothing up; a link to a secret file is refused under any name', async () => {
  const repo = shop();
  repo.write({ '.env': 'TOKEN=abc\n' });
  execFileSync('mkfifo', [join(repo.root, 'pipe.py')]);
  symlinkSync('.env', join(repo.root, 'notes.txt'));
  symlinkSync('missing/.env', join(repo.root, 'later.txt'));
  symlinkSync('shop/order.py', join(repo.root, 'order.py'));
  assert.match((await failure(complete(repo, { file: 'pipe.py' }))).message, /pipe\.py is not a file/);
  for (const file of ['notes.txt', 'later.txt']) assert.is((await complete(repo, { file, text: 'TOKEN=', column: 6 })).reason, 'file-refused', file);
  assert.is.not((await complete(repo, { file: 'order.py' })).reason, 'file-refused');
});

test('a folder in the place of the spool is removed, and hooks are followed again', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  installHooks(repo.root);
  const { daemon: { pid } } = await status(repo);
  const spool = join(repo.root, '.git', 'hefc', 'spool');
  mkdirSync(join(spool, 'inside'), { recursive: true });
  await until('the folder was removed', () => !existsSync(spool) && !existsSync(`${spool}.taken`));
  repo.commit({ 'shop/more.py': 'MORE = 1\n' });
  assert.is((await settled(repo)).daemon.pid, pid);
});

test('with enabled false in the settings hooks index nothing, a request does', async () => {
  const repo = shop();
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  installHooks(repo.root);
  const before = (await status(repo)).repo!.tree;
  const settings = join(process.env.HEFC_HOME!, 'config');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'config.json'), '{"enabled": false}\n');
  try {
    const { hooks } = (await status(repo)).counters;
    repo.commit({ 'shop/more.py': 'MORE = 1\n' });
    await until('the hook was heard', async () => (await status(repo)).counters.hooks > hooks);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.is((await status(repo)).repo!.tree, before);
    assert.is((await complete(repo, { file: 'README.md' })).reason, 'disabled');
    await daemon.call('index', { repo: repo.root }, PATIENCE);
    await settled(repo);
  } finally {
    writeFileSync(join(settings, 'config.json'), '{}\n');
  }
});

test('with HEFC_MODEL set the choice of a model is refused, and nothing is written down', async () => {
  const error = await failure(daemon.call('model', { use: bundleDirectory }, PATIENCE));
  assert.is(error.code, 'model');
  assert.match(error.message, /HEFC_MODEL/);
});

test('purge deletes the database and leaves the repository as it was', async () => {
  const repo = shop();
  const before = readdirSync(join(repo.root, '.git')).sort();
  const index = readFileSync(join(repo.root, '.git', 'index'));
  await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  const { bytesFreed } = await daemon.call('purge', { repo: repo.root }, PATIENCE);
  assert.ok(bytesFreed > 0);
  assert.equal(readdirSync(join(repo.root, '.git')).sort(), before);
  assert.equal(readFileSync(join(repo.root, '.git', 'index')), index);
  assert.is((await status(repo)).repo?.state, 'absent');
});

test('an unknown model is refused and the one in use stays', async () => {
  const before = await daemon.call('model', {}, PATIENCE);
  const error = await failure(daemon.call('model', { use: 'no-such-model' }, PATIENCE));
  assert.is(error.code, 'model');
  assert.equal(await daemon.call('model', {}, PATIENCE), before);
});

test("a daemon started from a hook's surroundings forgets git's variables", async () => {
  const repo = shop();
  await daemon.call('stop', {}, PATIENCE);
  await daemon.closed;
  const script = `import(${JSON.stringify(new URL('../../daemon/ipc/client.js', import.meta.url).href)}).then(async ({ connect }) => { (await connect({ timeout: 120000 })).close(); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, GIT_DIR: join(place.folder, 'nowhere'), GIT_INDEX_FILE: 'nothing' }, stdio: 'ignore' });
  assert.is(await new Promise((resolve) => child.on('exit', resolve)), 0);
  daemon = await connect(PATIENCE);
  assert.is((await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE)).state, 'ready');
});

test('index --all fuses every branch ahead, keeps the current tree, and switching then fuses nothing', async () => {
  const repo = shop();
  repo.git('checkout', '--quiet', '-b', 'other');
  repo.commit({ 'shop/extra.py': 'def extra(basket):\n    return basket.items[0]\n' });
  repo.git('checkout', '--quiet', 'main');
  await daemon.call('index', { repo: repo.root, wait: true, all: true }, PATIENCE);
  const before = await status(repo);
  assert.is(before.repo!.tree, repo.git('rev-parse', 'main^{tree}'));
  repo.git('checkout', '--quiet', 'other');
  const again = await daemon.call('index', { repo: repo.root, wait: true }, PATIENCE);
  assert.equal(again.fused, { chunks: 0, nodes: 0, blobs: 0 });
  assert.is((await status(repo)).counters.chunks_fused, before.counters.chunks_fused);
  assert.is((await status(repo)).repo!.tree, repo.git('rev-parse', 'other^{tree}'));
});

test.run();
