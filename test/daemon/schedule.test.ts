import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../daemon/engine/createEngine.js';
import type { Engine, EngineRepository } from '../../daemon/engine/types.js';
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

test.run();
