import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { Engine, EngineRepository } from '../../daemon/engine/types.js';
import { createGate } from '../../daemon/gate.js';
import { afterRebase } from '../../daemon/rebase.js';
import { createSchedule, type Schedule } from '../../daemon/schedule.js';
import { startInference } from '../../models/start.js';
import { openTokenCounter } from '../../models/tokenizer.js';
import { locateRepository } from '../../store/git/locate.js';
import { bundleDirectory } from '../bundle.js';
import { makeSurroundings, until, type Surroundings, type TestRepository } from './surroundings.js';

const test = suite('schedule');
let place: Surroundings;
let engine: Engine;
let repo: TestRepository;
let repository: EngineRepository;
let schedule: Schedule;
let count = 0;

/** Enough files that a run takes a while. */
const many = (tag: string): Record<string, string> => Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`${tag}/f${k}.py`, `def ${tag}_${k}(a, b):\n    return a + b + ${k}\n`]));

test.before(async () => {
  place = makeSurroundings();
  const inference = await startInference(bundleDirectory);
  engine = await createEngine({ inference, tokens: await openTokenCounter(bundleDirectory) });
});
test.before.each(async () => {
  repo = place.repository(`schedule-${++count}`);
  repo.commit(many('first'));
  repository = await engine.openRepository(await locateRepository(repo.root));
  schedule = createSchedule(repository);
});
test.after.each(async () => {
  await schedule.close();
  await repository.close();
});
test.after(async () => {
  await engine.close();
  await engine.inference.close();
  await place.end();
});

const headTree = (): string => repo.git('rev-parse', 'HEAD^{tree}');

test('requests for the same commit share one run', async () => {
  const [a, b] = await Promise.all([schedule.index({}), schedule.index({})]);
  assert.is(a, b);
  assert.is(repository.store.counters().blobs_read, 40);
});

test('a request for a newer commit stops the run under way, and both callers get the newer', async () => {
  let begun: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (begun = resolve));
  const older = schedule.index({ onProgress: ({ filesDone }) => filesDone > 3 && begun() });
  await running;
  const commit = repo.commit(many('second'));
  const newer = await schedule.index({});
  assert.is(newer.commit, commit);
  assert.is((await older).commit, commit);
  assert.is(repository.current()?.tree, headTree());
  assert.equal(repository.store.refs().map((row) => row.commit), [commit]);
});

test('pausing stops a run under way; hints wait; unpausing goes on where it stood', async () => {
  let failure: unknown;
  await schedule.index({ onProgress: ({ filesDone }) => filesDone >= 5 && schedule.pause(true) }).catch((error: unknown) => (failure = error));
  assert.is((failure as Error).name, 'AbortError');
  assert.is(schedule.state().state, 'paused');
  const read = repository.store.counters().blobs_read;
  assert.ok(read >= 5 && read < 40, `${read} blobs`);
  schedule.hint();
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.is(repository.store.counters().blobs_read, read);
  schedule.pause(false);
  await until('the index was whole', () => repository.current()?.tree === headTree());
  assert.is(schedule.state().state, 'ready');
  assert.is(repository.store.counters().chunks_fused, 40);
});

test('a caller that gives up stops the run it started', async () => {
  const stop = new AbortController();
  let failure: unknown;
  await schedule.index({ signal: stop.signal, onProgress: ({ filesDone }) => filesDone >= 5 && stop.abort() }).catch((error: unknown) => (failure = error));
  assert.is((failure as Error).name, 'AbortError');
  await schedule.halt();
  assert.is(schedule.state().state, 'absent');
});

test('a hint during a rebase waits for its end', async () => {
  mkdirSync(join(repo.root, '.git', 'rebase-merge'));
  schedule.hint();
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.is(schedule.state().state, 'absent');
  rmdirSync(join(repo.root, '.git', 'rebase-merge'));
  await until('the index was whole', () => repository.current()?.tree === headTree());
});

test('an index that fails says so in its state, and the next one that works clears it', async () => {
  const blob = repo.git('rev-parse', 'HEAD:first');
  const file = join(repo.root, '.git', 'objects', blob.slice(0, 2), blob.slice(2));
  renameSync(file, `${file}.away`);
  let failure: unknown;
  await schedule.index({}).catch((error: unknown) => (failure = error));
  assert.instance(failure, Error);
  assert.is(schedule.state().state, 'error');
  assert.ok(schedule.state().error);
  renameSync(`${file}.away`, file);
  await schedule.index({});
  assert.equal(schedule.state(), { state: 'ready', indexed: 1 });
});

test('a pause outlives the schedule, holds for every worktree, and stops a request that was just looking at HEAD', async () => {
  schedule.pause(true);
  assert.ok(existsSync(join(repo.root, '.git', 'hefc', 'paused')));
  const next = createSchedule(repository);
  assert.is(next.state().state, 'paused');
  assert.is(next.hint(), false);
  schedule.pause(false);
  assert.is(next.state().state, 'absent');
  const begun = next.index({}).catch((error: unknown) => error);
  next.pause(true);
  assert.is(((await begun) as Error).name, 'AbortError');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.is(repository.store.counters().blobs_read, 0);
  next.pause(false);
  await next.close();
});

test('nothing is indexed beside work that must be alone; who waited gets the index afterwards', async () => {
  const gate = createGate(repository.place.commonDir);
  const gated = createSchedule(repository, { gate });
  let begun: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (begun = resolve));
  const asked = gated.index({ onProgress: ({ filesDone }) => filesDone >= 5 && begun() });
  await running;
  await gate.alone(async () => {
    await gated.giveWay();
    const { blobs_read } = repository.store.counters();
    assert.ok(blobs_read >= 5 && blobs_read < 40, `${blobs_read} blobs`);
    gated.hint();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.is(repository.store.counters().blobs_read, blobs_read);
    assert.is(gated.state().state, 'indexing');
  });
  assert.is((await asked).root?.tree, headTree());
  assert.is(repository.store.counters().blobs_read, 40);
  await gate.alone(async () => {
    const waiting = gated.index({}).catch((error: unknown) => error);
    await gated.close();
    assert.is(((await waiting) as Error).name, 'AbortError');
  });
});

test('a branch indexed ahead counts as indexing, gives way to HEAD, and is done after it', async () => {
  await schedule.index({});
  repo.git('checkout', '--quiet', '-b', 'later');
  repo.commit(many('ahead'));
  const later = headTree();
  repo.git('checkout', '--quiet', 'main');
  let begun: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (begun = resolve));
  const ahead = schedule.index({ revision: 'refs/heads/later', onProgress: ({ filesDone }) => filesDone >= 3 && begun() });
  await running;
  assert.is(schedule.state().state, 'indexing');
  await schedule.index({});
  assert.is(repository.current()?.tree, headTree());
  assert.is((await ahead).root?.tree, later);
  assert.is(repository.current()?.tree, headTree());
});

test('hints are not followed where background indexing is switched off, a request is', async () => {
  const quiet = createSchedule(repository, { background: () => false });
  assert.is(quiet.hint(), false);
  assert.is(quiet.hint(undefined, true), true);
  await until('the index was whole', () => repository.current()?.tree === headTree());
  await quiet.close();
});

test('a git directory that cannot be watched is looked at now and then', async () => {
  await new Promise<void>((resolve) => afterRebase(join(repo.root, 'nowhere'), resolve));
});

test.run();
