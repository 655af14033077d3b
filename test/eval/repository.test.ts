import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectReader } from '../../store/types.js';
import { openBare } from './openBare.js';
import { readPrompt } from './prompt.js';
import { refusal } from './refusal.js';
import { databaseFolder, repositoryFolder } from './repositories.js';
import { isTaskLine, sampleTasks } from './sampleTasks.js';
import type { Task } from './tasks.js';
import { FILES, makeTinyRepository } from './tinyRepository.js';

const test = suite('eval repositories');
const repos = mkdtempSync(join(tmpdir(), 'hefc-repos-'));
let objects: ObjectReader;
let task: Task;

test.before(async () => {
  const commit = makeTinyRepository(repos, 'owner/shop');
  objects = await openBare(repositoryFolder(repos, 'owner/shop'));
  task = { id: 'owner/shop/0', repo: 'owner/shop', commit, path: 'shop/order.py', line: 6 };
});
test.after(() => {
  objects?.close();
  rmSync(repos, { recursive: true, force: true });
});

test('a task is read from the bare repository as it was at its commit', async () => {
  const prompt = await readPrompt(objects, task, true);
  assert.is(prompt.target, '    for item in basket.items:');
  assert.is(prompt.prefix + prompt.target.trimStart() + prompt.suffix, FILES['shop/order.py']);
});

test('a missing repository, commit, file or line is refused by name, with the fix', async () => {
  assert.match(await refusal(() => repositoryFolder(repos, 'owner/none')), /^owner\/none: no bare repository at .*owner\+none.*git clone --bare/);
  assert.match(await refusal(() => readPrompt(objects, { ...task, commit: 'd'.repeat(40) }, false)), /has no commit d{40}.*fetch it/);
  assert.match(await refusal(() => readPrompt(objects, { ...task, path: 'shop/none.py' }, false)), /has no file shop\/none\.py/);
  assert.match(await refusal(() => readPrompt(objects, { ...task, path: 'shop' }, false)), /has no file shop /);
  assert.match(await refusal(() => readPrompt(objects, { ...task, line: 10 }, false)), /order\.py has no line 10/);
});

test('databases lie outside the repositories, one for each repository and model', () => {
  const one = databaseFolder('/x/a', 'nano');
  assert.is(one, databaseFolder('/x/a', 'nano'));
  assert.is(new Set([one, databaseFolder('/x/b', 'nano'), databaseFolder('/x/a', 'small')]).size, 3);
  assert.not.ok(one.startsWith('/x/'));
});

test('blank lines, comments and bare punctuation are no tasks', () => {
  for (const line of ['', '   ', '  # a comment here', '// a comment', ' * doc text', '});', '"""Docstring.', ') +']) assert.not(isTaskLine(line), line);
  for (const line of ['return x + 1', '  "headers": {', 'import os']) assert.ok(isTaskLine(line), line);
});

test('lines are drawn from source files only, none twice, the same for the same seed', async () => {
  const drawn = await sampleTasks(objects, 'owner/shop', 8, 5);
  assert.is(drawn.length, 8);
  assert.is(new Set(drawn.map(({ path, line }) => `${path}:${line}`)).size, 8);
  for (const each of drawn) {
    assert.match(each.path, /\.py$/);
    assert.is(each.commit, task.commit);
    assert.ok(isTaskLine((await readPrompt(objects, each, false)).target));
  }
  assert.equal(await sampleTasks(objects, 'owner/shop', 8, 5), drawn);
  assert.not.equal(await sampleTasks(objects, 'owner/shop', 8, 6), drawn);
});

test('no more lines are drawn than there are', async () => {
  assert.is((await sampleTasks(objects, 'owner/shop', 50, 1)).length, 17);
});

test.run();
